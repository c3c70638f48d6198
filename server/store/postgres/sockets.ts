/** The sockets to a database, so that they can be closed when it answers nobody any more. */
import { Socket } from 'node:net'

export interface Sockets {
  /** As the driver takes it (`stream`): makes the socket of a connection. */
  open(): Socket
  /** Closes what is still open, whatever was to be said. */
  destroy(): void
}

export function createSockets(): Sockets {
  const kept = new Set<Socket>()
  return {
    open() {
      const socket = new GatheringSocket()
      kept.add(socket)
      socket.once('close', () => kept.delete(socket))
      return socket
    },
    destroy() {
      for (const socket of kept) socket.destroy()
    },
  }
}

/** Sends in one piece what is written without waiting in between, as the statements of a transaction mostly are. */
class GatheringSocket extends Socket {
  #gathers = false

  override cork(): void {
    super.cork()
    if (this.#gathers) return
    this.#gathers = true
    super.cork()
    process.nextTick(() => {
      this.#gathers = false
      super.uncork()
    })
  }
}
