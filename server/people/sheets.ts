/** The kinds of sheets of a roster. */
export const SHEETS = ['areas', 'advisors', 'households'] as const
export type SheetKind = (typeof SHEETS)[number]
export const SHEET_WORDS: Readonly<Record<SheetKind, string>> = {
  areas: '区域',
  advisors: '顾问',
  households: '联系对象',
}
