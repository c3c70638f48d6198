/**
 * `npm run ask`: what would the assistant answer? Runs the very code that answers on WeChat, offline, from what is
 * published in the data folder where there is one.
 *
 * With words as arguments it prints one reply for a person; with `--why` before them also which policies were
 * likely, and for which words. Otherwise it reads JSON lines
 * `{"id","text","context":[earlier messages]}` from standard input and writes one JSON line for each, in order.
 */

import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type Decision, respond, type Setting, type Turn } from '../bot/conversation.ts'
import { type Message, plainText } from '../bot/message.ts'
import { newSession } from '../bot/session.ts'
import { NOWHERE } from '../bot/turn.ts'
import { chinaDay } from '../flows/clocks.ts'
import { readFacts } from '../flows/facts.ts'
import type { Knowledge } from '../knowledge/knowledge.ts'
import { InventoryError } from '../knowledge/policy.ts'
import { preparedKnowledge } from '../knowledge/prepared.ts'
import { readConfig } from './config.ts'
import { loadEnvFile } from './env-file.ts'
import { knownOf } from './inventory/learned-file.ts'
import { readPublished } from './inventory/texts.ts'

const Question = z.object({
  id: z.string(),
  text: z.string(),
  context: z.array(z.string()).default([]),
})

/** One answer as a JSON line holds it. */
export function answerLine(id: string, text: string, turn: Turn) {
  const { kind, policies, danger, flow }: Decision = turn.decision
  const { urgent, ...stated } = readFacts(text)
  return {
    id,
    decision: kind,
    policies,
    danger,
    flow,
    slots: urgent ? { ...stated, urgent } : stated,
    reply: turn.reply ? plainText(turn.reply) : '',
  }
}

/** The turn that answers the last of several messages of one resident. */
export function ask(texts: readonly string[], setting: Setting, now: Date): Turn {
  let turn: Turn | null = null
  for (const text of texts) {
    const message: Message = {
      id: 'ask',
      channel: 'sandbox',
      from: 'ask',
      sentAt: now,
      body: { kind: 'text', text },
    }
    turn = respond(message, turn?.session ?? newSession(), setting, {
      resident: 'ask',
      now,
      pace: 'calm',
      tickets: [],
      freshNumber: 'Q-0000-0',
      ...NOWHERE,
    })
  }
  if (!turn) throw new Error('ask needs at least one message')
  return turn
}

function readQuestion(line: string): z.infer<typeof Question> | null {
  try {
    return Question.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** The likeliest policies of a text, a line each: score, name, the words that speak for it. */
function likely(text: string, knowledge: Knowledge, now: Date): string {
  return knowledge
    .search(text, chinaDay(now))
    .map(
      ({ policy, score }) =>
        `${score.toFixed(1)}\t${policy.title}\t${knowledge.why(text, policy).join('、')}`,
    )
    .join('\n')
}

/**
 * What is known here: the program's policies and, where there is a data folder or a database, what staff published
 * before them. What cannot be read is said on standard error, and the program's own are asked.
 */
async function knowledgeHere(): Promise<Knowledge> {
  try {
    loadEnvFile()
    const config = readConfig(process.env)
    if (config.databaseUrl === null && !existsSync(config.dataDir)) return preparedKnowledge()
    const { readStore } = await import('./store/open.ts')
    const quiet = { warn: () => {}, error: () => {} }
    const { store, close } = await readStore(config, quiet)
    const published = await readPublished(store).finally(close)
    return published.size === 0 ? preparedKnowledge() : knownOf(config.dataDir, published, false).knowledge
  } catch (error) {
    if (error instanceof InventoryError) throw error
    process.stderr.write(
      `单位发布的政策读不了，只按程序自带的回答：${error instanceof Error ? error.message : String(error)}\n`,
    )
    return preparedKnowledge()
  }
}

async function main(words: readonly string[]): Promise<void> {
  const setting: Setting = {
    knowledge: await knowledgeHere(),
    pageUrl: () => null,
    startedAt: new Date(0),
    fingerprint: (_kind, value) => value,
    advisorsReachable: () => true,
  }
  const now = new Date()
  if (words.length > 0) {
    const why = words[0] === '--why'
    const text = words.slice(why ? 1 : 0).join(' ')
    const { reply } = ask([text], setting, now)
    process.stdout.write(`${reply ? plainText(reply) : ''}\n`)
    if (why) process.stdout.write(`\n${likely(text, setting.knowledge, now)}\n`)
    return
  }
  let number = 0
  for await (const line of createInterface({ input: process.stdin })) {
    number++
    if (line.trim() === '') continue
    const question = readQuestion(line)
    if (!question) {
      process.stderr.write(`第 ${number} 行不是 {"id":…,"text":…,"context":[…]} 这样的 JSON\n`)
      process.exitCode = 1
      return
    }
    const { id, text, context } = question
    process.stdout.write(`${JSON.stringify(answerLine(id, text, ask([...context, text], setting, now)))}\n`)
  }
}

if (import.meta.filename === process.argv[1]) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    if (!(error instanceof InventoryError)) throw error
    process.stderr.write(`政策文件有错，改好再问：\n${error.message}\n`)
    process.exitCode = 1
  })
}
