/** Learns from an inventory in a thread of its own: half a second in which messages are answered as before. */
import { parentPort, workerData } from 'node:worker_threads'
import { learn } from '../../knowledge/learn.ts'
import { keepLearned } from './learned-file.ts'

const kept = learn(workerData.inventory)
parentPort?.postMessage(kept)
if (workerData.places) keepLearned(workerData.places, kept)
