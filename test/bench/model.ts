/** A message's whole way through the assistant, without a language model and with a scripted one, in wall time. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { loadInventory } from '../../knowledge/load.ts'
import { createAssistant } from '../../server/assistant.ts'
import { createLog } from '../../server/log.ts'
import { openaiModel } from '../../server/model.ts'
import { unlock } from '../../server/store/data-key.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { figure, percentile, table } from './figures.ts'
import { policyQuestions } from './messages.ts'

/** How long the scripted model thinks, in ms; null is none at all. */
const LANES = {
  'without a model': null,
  'a model that answers at once': 0,
  'a model of 300 ms': 300,
} as const

export async function measureModel(quick: boolean): Promise<void> {
  const count = quick ? 60 : 300
  const folder = mkdtempSync(join(tmpdir(), 'bench-model-'))
  const knowledge = Knowledge.from(loadInventory())
  const questions = policyQuestions()
  const quiet = { warn: () => undefined, error: () => undefined }
  const rows: string[][] = []
  for (const [name, thinks] of Object.entries(LANES)) {
    const dataDir = mkdtempSync(join(folder, 'lane-'))
    const unlocked = await unlock(await openLowdbStore(dataDir), { folder: dataDir, keys: [] }, quiet)
    const fake = await scripted(thinks ?? 0)
    const now = () => new Date()
    const { receive } = createAssistant({
      config: {
        publicUrl: null,
        trustProxy: [],
        metricsToken: null,
        officialAccount: null,
        wecomApp: null,
        wecomApiBase: 'http://127.0.0.1:1',
        wecomRobot: null,
        port: 3000,
        consoleFactor: 'nobody',
        dataDir,
      },
      ...unlocked,
      knowledge,
      log: createLog('silent'),
      now,
      fetch,
      stop: new AbortController().signal,
      model:
        thinks === null
          ? null
          : openaiModel({ baseUrl: fake.address, model: 'fake', apiKey: null, timeoutMs: 5_000, now }),
    })
    const took: number[] = []
    for (let n = 0; n < count; n++) {
      const text = questions[n % questions.length] ?? ''
      const started = performance.now()
      await receive({
        id: `m${n}`,
        channel: 'sandbox',
        from: `r${n}`,
        sentAt: now(),
        body: { kind: 'text', text },
      })
      took.push(performance.now() - started)
    }
    rows.push([name, figure(percentile(took, 0.5)), figure(percentile(took, 0.99)), String(fake.asked())])
    fake.close()
    await unlocked.store.close()
  }
  rmSync(folder, { recursive: true })
  table(
    `Message path: ${count} policy questions one after the other, ms`,
    ['', 'p50', 'p99', 'model asked'],
    rows,
  )
}

/** An OpenAI-compatible server on loopback that says one harmless sentence after a while. */
async function scripted(thinksMs: number) {
  let asked = 0
  const content = '您的情况可以去问问，具体以当地为准。'
  const body = JSON.stringify({
    choices: [{ finish_reason: 'stop', message: { role: 'assistant', content } }],
  })
  const server = createServer((request, response) => {
    asked++
    request.resume()
    void setTimeout(thinksMs).then(() => response.setHeader('content-type', 'application/json').end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return {
    address: `http://127.0.0.1:${address.port}/v1`,
    asked: () => asked,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
