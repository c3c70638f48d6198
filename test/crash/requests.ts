/**
 * Kills the assistant at random moments while residents are telling their requests, and looks whether every answer
 * they were given still stands, and every request confirmed is one ticket with what they told.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readTicket } from '../../flows/ticket/ticket.ts'
import { keysFor } from '../../server/store/data-key.ts'
import { readLowdbFolder } from '../../server/store/read.ts'
import { openRow } from '../../server/store/sealed.ts'
import { live, type Outcome } from './lives.ts'
import { KEY, LANES, messageOf, SCRIPT } from './script.ts'

export async function killRequests(cycles: number, seed: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'crash-help-'))
  /** How many messages of each resident were answered: the number of the one under way. */
  const answered = new Map<string, number>(LANES.map((lane) => [lane, 0]))
  const began = String(Date.now())
  let messages = 0
  let lost = 0
  let doubled = 0
  let wrong = 0

  function heard(line: string): void {
    const { lane, n, words }: { lane: string; n: number; words: string[] } = JSON.parse(line)
    messages += 1
    answered.set(lane, n + 1)
    if (words.length !== 1) doubled += 1
    const { step } = messageOf(lane, n)
    const opened = /求助编号 Q-\d+-\d/.test(words[0] ?? '')
    if (opened !== (step === SCRIPT.length - 1)) wrong += 1
  }

  async function check(): Promise<void> {
    const store = await readLowdbFolder(folder)
    const { sealer } = await keysFor(store, { folder, keys: [KEY] })
    const turns = new Set<string>()
    for await (const { id } of store.scan('turns')) {
      if (turns.has(id)) doubled += 1
      turns.add(id)
    }
    const stories = new Map<string, number>()
    for await (const row of store.scan('tickets')) {
      const { facts } = readTicket(openRow(sealer, 'tickets', row).ticket).personal
      const request = /第(\w+)回/.exec(facts.story)?.[1] ?? ''
      stories.set(request, (stories.get(request) ?? 0) + 1)
      const whole =
        facts.place === `东风街道${request}社区` && facts.name === '王秀英' && facts.phone === '13812345678'
      if (!whole || facts.who !== 'self' || facts.needs.join() !== 'money') wrong += 1
    }
    for (const [lane, count] of answered) {
      for (let n = 0; n < count; n += 1) {
        const { id, request, step } = messageOf(lane, n)
        if (!turns.has(`sandbox:${id}`)) lost += 1
        if (step === SCRIPT.length - 1 && !stories.has(request)) lost += 1
      }
    }
    for (const count of stories.values()) doubled += count - 1
  }

  const slowest = await live({
    program: 'talker.js',
    args: () => [folder, [...answered].map(([lane, n]) => `${lane}=${n}`).join(','), began],
    cycles,
    lasts: [200, 1200],
    seed,
    onLine: heard,
    check,
  })
  await rm(folder, { recursive: true })
  const requests = [...answered.values()].reduce((sum, n) => sum + Math.floor(n / SCRIPT.length), 0)
  const figures =
    `cycles ${cycles}, answered ${messages}, requests ${requests}, lost ${lost}, doubled ${doubled}, ` +
    `wrong ${wrong}, slowest start ${slowest.toFixed(0)} ms`
  return { figures, whole: lost + doubled + wrong === 0 && requests > 0, slowest }
}
