/**
 * What making a draft of an imported policy would do: `new` makes one of a policy we do not have, `changed` one that
 * differs from what residents are told or from a draft, `same` nothing; of `unusable` none can be made, and of `taken`
 * one was.
 */
export const STANDINGS = ['new', 'changed', 'same', 'unusable', 'taken'] as const
export type Standing = (typeof STANDINGS)[number]

/** Drafts made at a time; the page asks again for the next. */
export const TAKEN_AT_ONCE = 25
