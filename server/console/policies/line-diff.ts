/** What differs between two texts, line by line. */

export interface DiffLine {
  kind: 'same' | 'out' | 'in'
  text: string
}

/** The shortest change from `before` to `after` as a reader expects it: what goes out stands before what comes in. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  // How many lines are common from here on; a policy has some hundred lines.
  const common = Array.from({ length: old.length + 1 }, () => new Uint16Array(now.length + 1))
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      const row = common[i]
      if (!row) continue
      row[j] =
        old[i] === now[j]
          ? (common[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(common[i + 1]?.[j] ?? 0, row[j + 1] ?? 0)
    }
  }
  const lines: DiffLine[] = []
  let [i, j] = [0, 0]
  while (i < old.length || j < now.length) {
    const [out, into] = [old[i], now[j]]
    if (out !== undefined && out === into) {
      lines.push({ kind: 'same', text: out })
      i++
      j++
    } else if (
      out !== undefined &&
      (into === undefined || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))
    ) {
      lines.push({ kind: 'out', text: out })
      i++
    } else if (into !== undefined) {
      lines.push({ kind: 'in', text: into })
      j++
    }
  }
  return lines
}
