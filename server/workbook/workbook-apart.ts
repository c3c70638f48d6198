/** Makes workbooks without keeping anybody waiting. */
import { apart } from '../apart.ts'
import type { MakeWorkbook } from './workbook.ts'

/** In a thread of its own. */
export const makeWorkbookApart: MakeWorkbook = async (tables) =>
  Buffer.from(await apart<Uint8Array>(new URL('./worker.js', import.meta.url), tables, 'making a workbook'))
