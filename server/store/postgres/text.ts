/**
 * Text that PostgreSQL cannot hold, written so that it can: NUL, and halves of surrogate pairs, which people's
 * keyboards do produce. U+0001 introduces them, and stands doubled with U+0002 for itself, so that nothing is
 * lost, no two texts become one, and the order stays as it was.
 */

const ODD = /[\0\u0001]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** A text as the database keeps it, for ids and for the values of a query. */
export function keptText(text: string): string {
  return text.replace(ODD, (odd) =>
    odd === '\0'
      ? '\u0001\u0001'
      : odd === '\u0001'
        ? '\u0001\u0002'
        : `\u0001\u0003${odd.charCodeAt(0).toString(16)}`,
  )
}

// In JSON the odd ones stand as escapes; an escaped backslash before them is another character's.
const ODD_ESCAPE = /\\\\|\\u(000[01]|d[89a-f][0-9a-f]{2})/g
const KEPT_ESCAPE = /\\\\|\\u0001(?:\\u0001|\\u0002|\\u0003([0-9a-f]{4}))/g

/** A row's JSON as the database keeps it. */
export function keptJson(json: string): string {
  if (!json.includes('\\u')) return json
  return json.replace(ODD_ESCAPE, (found, code?: string) => {
    if (code === undefined) return found
    return code === '0000' ? '\\u0001\\u0001' : code === '0001' ? '\\u0001\\u0002' : `\\u0001\\u0003${code}`
  })
}

/** What {@link keptJson} kept. */
export function jsonOf(kept: string): string {
  if (!kept.includes('\\u0001')) return kept
  return kept.replace(KEPT_ESCAPE, (found, code?: string) => {
    if (found === '\\\\') return found
    if (code !== undefined) return `\\u${code}`
    return found === '\\u0001\\u0001' ? '\\u0000' : '\\u0001'
  })
}
