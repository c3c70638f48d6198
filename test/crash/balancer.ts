/** A balancer of TCP connections before the servers of a crash run, which come and go. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Balancer {
  port: number
  /** Where an instance is found from now on; null while it is nowhere. */
  place(instance: number, port: number | null): void
  close(): Promise<void>
}

/**
 * Each connection goes to any instance; to the next one when nobody listens there, and to nobody when nobody listens
 * anywhere. One that breaks on either side is broken on both.
 *
 * @param random 0 to 1
 */
export async function startBalancer(random: () => number): Promise<Balancer> {
  const ports = new Map<number, number>()
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer(async (near) => {
    keep(near)
    near.on('error', () => near.destroy())
    const far = await reached([...ports.values()], random)
    if (!far || near.destroyed) {
      near.destroy()
      far?.destroy()
      return
    }
    keep(far)
    far.on('error', () => far.destroy())
    far.on('close', () => near.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far)
    far.pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return {
    port: address.port,
    place(instance, port) {
      if (port === null) ports.delete(instance)
      else ports.set(instance, port)
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A connection to one of `ports`, tried in any order; null when nobody listens at any. */
async function reached(ports: number[], random: () => number): Promise<Socket | null> {
  while (ports.length > 0) {
    const [port = 0] = ports.splice(Math.floor(random() * ports.length), 1)
    const far = connect(port, '127.0.0.1')
    const connected = await once(far, 'connect').then(
      () => true,
      () => false,
    )
    if (connected) return far
  }
  return null
}
