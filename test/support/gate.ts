/** Holding work where a test wants it to stand. */

/** Somewhere to stop until it is opened. */
export interface Gate {
  /** Resolves when somebody stops at it. */
  reached: Promise<void>
  pass(): Promise<void>
  open(): void
}

export function newGate(): Gate {
  let open = () => {}
  let arrive = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const reached = new Promise<void>((resolve) => {
    arrive = resolve
  })
  return {
    reached,
    open,
    pass() {
      arrive()
      return opened
    },
  }
}
