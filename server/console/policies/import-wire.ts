/** What goes over the wire about policies brought in files. */
import * as z from 'zod'
import { Doubt } from '../../../knowledge/notice/doubt.ts'
import { STANDINGS, TAKEN_AT_ONCE } from '../../inventory/standing.ts'

const text = z.string()
const id = text.max(100)
const place = text.regex(/^\d{6}$/)

/** Policies shown at a time. */
export const IMPORT_PAGE = 50

export const bringInput = z.strictObject({
  /** The import a further file goes to; left out, it begins one. */
  import: id.optional(),
})
export const broughtOutput = z.object({ import: text, says: text })
export type Brought = z.infer<typeof broughtOutput>

export const importsOutput = z.object({
  imports: z.array(z.object({ id: text, files: z.array(text), count: z.number(), at: text, by: text })),
})
export type Imports = z.infer<typeof importsOutput>

export const importInput = z.strictObject({
  id,
  standing: z.enum(STANDINGS).optional(),
  /** How many to pass over. */
  cursor: text.max(10).optional(),
})
const importedLine = z.object({
  place: text,
  policy: text,
  title: text,
  /** Where in the file it stands. */
  from: text,
  standing: z.enum(STANDINGS),
  /** Why no draft can be made of it; '' when one can. */
  unusable: text,
  /** How many things are missing or wrong, are in doubt, and were left over. */
  faults: z.number(),
  doubts: z.number(),
  left: z.number(),
  /** Of the draft there is already; 0 without one. */
  revision: z.number(),
  /** Whose draft would be replaced; '' without one. */
  draftOf: text,
})
export type ImportedLine = z.infer<typeof importedLine>
export const importOutput = z.object({
  files: z.array(text),
  at: text,
  by: text,
  counts: z.record(z.enum(STANDINGS), z.number()),
  policies: z.array(importedLine),
  /** Everything a draft can be made of, whatever is shown: its place and the draft's revision. */
  takeable: z.array(z.object({ place: text, revision: z.number(), standing: z.enum(STANDINGS) })),
  total: z.number(),
  next: text.nullable(),
})
export type ImportView = z.infer<typeof importOutput>

export const importedInput = z.strictObject({ id, place })
export const importedOutput = z.object({
  policy: text,
  title: text,
  from: text,
  standing: z.enum(STANDINGS),
  unusable: text,
  faults: z.array(text),
  doubts: z.array(Doubt),
  left: z.array(text),
  text,
  /** What a resident would read. */
  bubbles: z.array(z.object({ aspect: text, label: text, text, details: z.array(text) })),
  /** Beside what stands now; null of a new one. */
  lines: z.array(z.object({ kind: z.enum(['same', 'out', 'in']), text })).nullable(),
})
export type ImportedView = z.infer<typeof importedOutput>

export const takeInput = z.strictObject({
  id,
  chosen: z
    .array(z.strictObject({ place, revision: z.number().int().min(0) }))
    .min(1)
    .max(TAKEN_AT_ONCE),
})
export const takeOutput = z.object({
  taken: z.number(),
  refused: z.array(z.object({ place: text, why: text })),
})
export type TakenView = z.infer<typeof takeOutput>
export const dropInput = z.strictObject({ id })
