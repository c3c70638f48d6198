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
      const socket = new Socket()
      kept.add(socket)
      socket.once('close', () => kept.delete(socket))
      return socket
    },
    destroy() {
      for (const socket of kept) socket.destroy()
    },
  }
}
