/** What goes over the wire about keys for other systems. */
import * as z from 'zod'

const text = z.string()
const choice = z.object({ value: text, label: text })

const keyLine = z.object({
  id: text,
  /** As much of the key as may be shown. */
  shown: text,
  name: text,
  deeds: z.array(text),
  areas: z.array(text),
  body: text,
  state: z.enum(['active', 'expired', 'revoked']),
  /** In words. */
  made: text,
  until: text,
  /** '' when it never was. */
  used: text,
})
export type KeyLine = z.infer<typeof keyLine>
export const keysOutput = z.object({
  keys: z.array(keyLine),
  deeds: z.array(choice),
  /** Where whoever looks may let a system in. */
  areas: z.array(choice),
  everywhere: z.boolean(),
  /** Where the other system finds the API and its documentation. */
  api: text,
  documentation: text,
  /** The latest last day there may be. */
  latest: text,
})
export type Keys = z.infer<typeof keysOutput>

export const newKeyInput = z.strictObject({
  name: text.max(100),
  deeds: z.array(text.max(30)).max(20),
  areas: z.array(text.max(50)).max(200),
  body: text.max(100),
  /** The last day it holds, in China. */
  until: z.iso.date(),
})
export const renewKeyInput = z.strictObject({ id: text.max(20), until: z.iso.date() })
export const keyInput = z.strictObject({ id: text.max(20) })
/** Shown once, to hand on. */
export const newKeyOutput = z.object({ key: text, name: text, until: text })
export type NewKey = z.infer<typeof newKeyOutput>
