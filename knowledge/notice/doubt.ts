/** What is not certain of a policy that was read out of a document, for whoever settles it. */
import { z } from 'zod'
import { ASPECT_NAMES } from '../aspect-names.ts'

/** What of a policy may be in doubt: a field of its form, or one of its sections. */
export const DOUBT_FIELDS = [
  'id',
  'title',
  'departments',
  'level',
  'area',
  'audience',
  'effective',
  'expires',
  'sources',
  'phones',
  ...ASPECT_NAMES,
] as const
export type DoubtField = (typeof DOUBT_FIELDS)[number]

/** The longest words of a document that are shown with a doubt, in characters. */
export const DOUBT_WORDS = 200

export const Doubt = z.strictObject({
  field: z.enum(DOUBT_FIELDS),
  /** The words of the document it came from; '' where it came from none. */
  words: z.string().max(DOUBT_WORDS),
  /** Why it is in doubt and what to do, in words for staff. */
  why: z.string().max(200),
})
export type Doubt = z.infer<typeof Doubt>

export const doubt = (field: DoubtField, words: string, why: string): Doubt => ({
  field,
  words: [...words].length > DOUBT_WORDS ? `${[...words].slice(0, DOUBT_WORDS - 1).join('')}…` : words,
  why,
})
