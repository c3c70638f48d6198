/**
 * The victim of test/crash/requests.ts: eight residents tell their requests at once through the real intake, over the
 * real sealed store, and what they are answered is said on stdout, until it is killed. Arguments: folder, how far each
 * resident has come, e.g. `a=12,b=7`, and when the run began; the message that was under way is delivered again.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { createIntake } from '../../bot/intake.ts'
import { plainText } from '../../bot/message.ts'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { loadInventory } from '../../knowledge/load.ts'
import { unlock } from '../../server/store/data-key.ts'
import { openLowdbStore } from '../../server/store/lowdb.ts'
import { KEY, messageOf } from './script.ts'

const [folder = '', progress = '', began = ''] = process.argv.slice(2)
const knowledge = Knowledge.from(loadInventory())
const quiet = { warn: () => undefined, error: () => undefined }
const started = performance.now()
const { store, fingerprint } = await unlock(await openLowdbStore(folder), { folder, keys: [KEY] }, quiet)
const lanes = progress.split(',').map((one) => {
  const [lane = '', n = '0'] = one.split('=')
  return { lane, from: Number(n) }
})
/**
 * Residents' time goes by what they write, so that on any machine they write no faster than people do (bot/pace.ts) and
 * nobody is taken for gone meanwhile; in ms a message. What was under way when the last life ended counts as written.
 */
const EACH_MS = 2_500
let written = lanes.reduce((sum, { from }) => sum + from + 1, 0)
const now = () => new Date(Number(began) + written * EACH_MS)
const receive = createIntake({
  store,
  setting: {
    knowledge,
    pageUrl: () => null,
    startedAt: now(),
    fingerprint,
    advisorsReachable: () => true,
  },
  now,
  newId: randomUUID,
  randomBelow: randomInt,
  maxBytes: 2000,
})
const say = (line: string): void => void writeSync(1, `${line}\n`)
say(`ready ${(performance.now() - started).toFixed(1)}`)

async function tell(lane: string, from: number): Promise<never> {
  for (let n = from; ; n += 1) {
    written += 1
    const { id, text } = messageOf(lane, n)
    const message = {
      id,
      channel: 'sandbox',
      from: lane,
      sentAt: now(),
      body: { kind: 'text', text },
    } as const
    // Delivered three times at once, as platforms do when they are in doubt.
    const answers = await Promise.all([receive(message), receive(message), receive(message)])
    const words = new Set(answers.map(({ reply }) => (reply ? plainText(reply) : '')))
    say(JSON.stringify({ lane, n, words: [...words] }))
  }
}

await Promise.all(lanes.map(({ lane, from }) => tell(lane, from)))
