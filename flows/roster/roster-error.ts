/** What is asked of the roster cannot be done; the message is Chinese, for whoever asked. */
export class RosterError extends Error {
  /** A line each: what is wrong, and how it is put right. */
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      faults.length === 1
        ? faults[0]
        : `有 ${faults.length} 处要改，改好之前什么都没有动：\n${faults.join('\n')}`,
    )
    this.name = 'RosterError'
    this.faults = faults
  }
}
