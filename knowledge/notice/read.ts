/** Reads the policies of a document, whichever way they stand in it. */
import type { Block } from './blocks.ts'
import { recognise } from './notice.ts'
import { type RowRead, readSheetRows } from './sheet.ts'
import type { Recognised } from './taken.ts'

/**
 * @param blocks as the program it was written in parts it
 * @param file what the file is called, without its ending; '' where there is none
 * @returns a policy each: of a table that lists policies its rows, otherwise what the text is about
 */
export function readDocument(blocks: readonly Block[], file: string): Recognised[] {
  const listed: RowRead[] = []
  const rest: Block[] = []
  for (const block of blocks) {
    const rows =
      block.kind === 'table'
        ? readSheetRows(block.rows.map((cells, place) => ({ line: place + 1, cells })))
        : null
    if (rows && rows.length > 0) listed.push(...rows)
    else rest.push(block)
  }
  return listed.length > 0 ? listed.map(({ line: _, isOurs: __, ...read }) => read) : recognise(rest, file)
}
