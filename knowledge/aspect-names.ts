/** What can be asked about a policy. Apart from what reads files, for the pages that show it. */

/** What can be asked about a policy, in the order a page shows it, with its section heading. */
export const ASPECTS = {
  overview: '是什么',
  eligibility: '谁能申请',
  exclusions: '哪些情况不行',
  benefit: '给什么',
  where: '去哪办',
  proxy: '谁可以代办',
  materials: '带什么材料',
  steps: '怎么办',
  time: '要多久',
  appeal: '不服怎么办',
} as const
export type Aspect = keyof typeof ASPECTS
export const ASPECT_NAMES = Object.keys(ASPECTS).filter((name): name is Aspect => name in ASPECTS)

/**
 * The longest chat answer, in characters. From the product's promise of a short answer (about 120 Chinese
 * characters): an old person's phone in large print shows that much without scrolling.
 */
export const LEAD_LIMIT = 120
