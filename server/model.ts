/** A language model behind any OpenAI-compatible server: OpenAI, Ollama, vLLM, a provider at home. */
import OpenAI, { APIConnectionTimeoutError, APIError } from 'openai'
import { z } from 'zod'
import { type Model, ModelError } from '../bot/model.ts'

export interface OpenaiModelSettings {
  /** With its version, e.g. `http://127.0.0.1:11434/v1`. */
  baseUrl: string
  /** The model's name as the server knows it. */
  model: string
  /** Null for a server that asks for none. */
  apiKey: string | null
  /** For one request including its answer, in ms. */
  timeoutMs: number
  now: () => Date
  /** Default the global one. */
  fetch?: typeof fetch
}

/** So many failures in a row, and the model is left alone for a while: a dead one must not slow every answer. */
const FAILURES_LIMIT = 3
const PAUSE_MS = 60_000
/** A small machine's model answers one after the other; whoever came later would wait in vain. */
const AT_ONCE_LIMIT = 4
/** Room for some 120 Chinese characters, and an end to endless talk. */
const TOKENS_LIMIT = 400
const TEMPERATURE = 0.2
/** Servers without keys still want the header to hold something. */
const NO_KEY = 'none'

const Answer = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
})

/**
 * A {@link Model} that asks once, never again: no retries, and after three failures in a row none at all for a
 * minute (code `paused`), then one trial.
 */
export function openaiModel(settings: OpenaiModelSettings): Model {
  const { baseUrl, model, apiKey, timeoutMs, now } = settings
  // Whatever the environment holds for other programs (OPENAI_…) is not ours; nulls keep the client from reading it.
  const client = new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? NO_KEY,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: timeoutMs,
    // The client would log request bodies and keys when told to.
    logLevel: 'off',
    ...(settings.fetch ? { fetch: settings.fetch } : {}),
  })
  let failures = 0
  let pausedUntil = 0
  let running = 0

  return {
    async complete({ system, user, signal }) {
      if (now().getTime() < pausedUntil) throw new ModelError('paused')
      // While on trial one request finds out for all.
      if (running >= (failures >= FAILURES_LIMIT ? 1 : AT_ONCE_LIMIT)) throw new ModelError('busy')
      running++
      // The client's own timeout ends with the headers; this one covers the whole answer.
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        const words = await ask(system, user, AbortSignal.any([signal, timeout]))
        failures = 0
        return words
      } catch (error) {
        const failure =
          error instanceof ModelError
            ? error
            : new ModelError(signal.aborted ? 'late' : timeout.aborted ? 'timeout' : codeOf(error))
        if (WORKS.has(failure.code)) failures = 0
        else if (++failures >= FAILURES_LIMIT) pausedUntil = now().getTime() + PAUSE_MS
        throw failure
      } finally {
        running--
      }
    },
  }

  async function ask(system: string, user: string, signal: AbortSignal): Promise<string> {
    const completion: unknown = await client.chat.completions.create(
      {
        model,
        messages: [
          { role: 'system', content: system },
          { role: 'user', content: user },
        ],
        temperature: TEMPERATURE,
        max_tokens: TOKENS_LIMIT,
      },
      { signal },
    )
    const parsed = Answer.safeParse(completion)
    const choice = parsed.data?.choices[0]
    if (!choice) throw new ModelError('unreadable')
    if (choice.message.refusal || choice.finish_reason === 'content_filter') throw new ModelError('declined')
    if (choice.finish_reason === 'length') throw new ModelError('truncated')
    // Models that think aloud put it first.
    const words = (choice.message.content ?? '').replace(/^\s*<think>[\s\S]*?<\/think>/, '').trim()
    if (words === '') throw new ModelError('empty')
    return words
  }
}

/** Failures of one answer, not of the server. */
const WORKS: ReadonlySet<string> = new Set(['declined', 'truncated', 'empty'])

function codeOf(error: unknown): string {
  if (error instanceof APIConnectionTimeoutError) return 'timeout'
  if (error instanceof APIError) return error.status === undefined ? 'network' : `http-${error.status}`
  return error instanceof SyntaxError ? 'unreadable' : 'network'
}
