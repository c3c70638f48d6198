/** Where the console and its API are, and what its page sends with every change. */
export const API = '/console/api'
/** Another site cannot send it without our leave, which nobody gets. */
export const OWN_HEADER = 'x-console'
/** The name of a file that is sent, percent-encoded. */
export const NAME_HEADER = 'x-name'
/** As what a file is sent, whatever it holds. */
export const FILE = 'application/octet-stream'
/** What must be said with a file, percent-encoded. */
export const NOTE_HEADER = 'x-note'
/** An Excel workbook (.xlsx), as IANA registers it. */
export const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
/** A Word document (.docx). */
export const DOCUMENT = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
export const MARKDOWN = 'text/markdown'
export const ZIP = 'application/zip'

/** Where a browser finds the console; on this machine when the server has no public address. */
export const consoleBase = (publicUrl: string | null, port: number): string =>
  publicUrl ?? `http://localhost:${port}`
