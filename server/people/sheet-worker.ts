/** Reads a sheet in a thread of its own: seconds for a large workbook, in which messages are answered as before. */
import { parentPort, workerData } from 'node:worker_threads'
import { RosterError } from '../../flows/roster/roster-error.ts'
import type { SheetAnswer } from './sheet-apart.ts'
import { readSheetBytes } from './sheet-file.ts'

const { bytes, file }: { bytes: Uint8Array; file: string } = workerData
const answer: SheetAnswer = await readSheetBytes(Buffer.from(bytes), file).then(
  (sheet) => ({ sheet }),
  (error: unknown) => {
    if (!(error instanceof RosterError)) throw error
    return { faults: error.faults }
  },
)
parentPort?.postMessage(answer)
