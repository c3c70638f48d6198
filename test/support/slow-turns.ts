/** Processes on the Official Account whose turns wait where they are told to, one after the other or side by side. */
import type { Store } from '../../bot/store.ts'
import { createAssistant } from '../../server/assistant.ts'
import { assistantParts } from './assistant.ts'
import { type Gate, newGate } from './gate.ts'
import { suiteLog } from './suite-log.ts'
import { openedAnswer, sealedPush, textFields } from './wechat.ts'
import { type Clock, serve } from './world.ts'

export const WANG = 'oWangWangWangWangWangWangWa1'
/** What is due is done in this order. */
const ROUNDS = ['jobs', 'deliver'] as const

/** The platform: what it was given to say to residents, and what it sends. */
export function platform(clock: Clock) {
  const said: string[] = []
  let ids = 0
  const taken = (answer: object) => Response.json({ errcode: 0, errmsg: 'ok', ...answer })
  return {
    said,
    /** As the assistant reaches it. */
    fetch: async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
      if (String(url).includes('stable_token')) return taken({ access_token: 'token', expires_in: 7200 })
      const sent: { text: { content: string } } = JSON.parse(String(init?.body))
      said.push(sent.text.content)
      return taken({})
    },
    /** A message of Wang's; pushed again it is the same one. */
    text: (words: string) => textFields(WANG, words, String(++ids), clock()),
  }
}
type Platform = ReturnType<typeof platform>

/** A process over a store. What it does ends with its tests: whoever "kills" it only stops asking it. */
export async function processOn(kept: Store, { said: _said, ...wechat }: Platform, clock: Clock) {
  /** What holds the next transaction, or each of them. */
  let held: { gate: Gate; what: 'next' | 'all' } | null = null
  const store: Store = {
    get: (table, id) => kept.get(table, id),
    list: (table, index, query) => kept.list(table, index, query),
    count: (table, index, query) => kept.count(table, index, query),
    scan: (table) => kept.scan(table),
    outlines: (table) => kept.outlines(table),
    onAnnounced: (topic, heard) => kept.onAnnounced(topic, heard),
    health: () => kept.health(),
    close: () => kept.close(),
    async transaction(work, isolation) {
      const stop = held?.gate.pass()
      if (held?.what === 'next') held = null
      await stop
      return kept.transaction(work, isolation)
    },
  }
  const lines: string[] = []
  const { app, tasks, settle } = createAssistant(
    assistantParts({
      store,
      log: suiteLog('info', lines),
      now: clock,
      fetch: wechat.fetch,
      replyDeadlineMs: 30,
    }),
  )
  const base = await serve(app.callback())
  return {
    /** Holds the turn that comes next, or whatever comes. */
    hold: (what: 'next' | 'all' = 'next'): Gate => {
      held = { gate: newGate(), what }
      return held.gate
    },
    push: async (fields: Record<string, string | number>) => {
      const { path, body } = sealedPush(fields, clock())
      const response = await fetch(base + path, { method: 'POST', body })
      const answer = await response.text()
      return { status: response.status, text: response.ok ? openedAnswer(answer) : '' }
    },
    /** Does what is due, once. */
    round: async () => {
      await settle()
      for (const name of ROUNDS) await tasks.find((task) => task.name === name)?.run()
    },
    counts: async () => (await fetch(`${base}/metrics`)).text(),
    logged: () => lines.join(''),
  }
}
