/** Makes a workbook in a thread of its own: a second in which messages are answered as before. */
import { parentPort, workerData } from 'node:worker_threads'
import { makeWorkbook } from './workbook.ts'

const bytes = await makeWorkbook(workerData)
parentPort?.postMessage(bytes)
