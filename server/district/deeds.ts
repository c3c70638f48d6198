/** What another system of the district may do with a key: one table, as roles.ts is for people. Pure. */
export const KEY_DEEDS = {
  'read-tickets': '取求助单的进展（没有姓名、电话、住址，不含人身安全的）',
  'read-personal': '取姓名、电话、住址（只有本系统送来的，和居民同意转交的）',
  'hand-in-tickets': '送来求助',
  'report-progress': '反馈分给本单位的事项',
  'hand-in-alerts': '送来预警，看走访结果',
  'read-policies': '取已发布的政策',
  'read-figures': '取统计',
} as const
export type KeyDeed = keyof typeof KEY_DEEDS

const isKeyDeed = (name: string): name is KeyDeed => Object.hasOwn(KEY_DEEDS, name)
/** In the order they are shown. */
export const KEY_DEED_NAMES: readonly KeyDeed[] = Object.keys(KEY_DEEDS).filter(isKeyDeed)

/** Those of a list that there are; one of a later version lets nobody do anything here. */
export const knownDeeds = (names: readonly string[]): KeyDeed[] =>
  KEY_DEED_NAMES.filter((one) => names.includes(one))
