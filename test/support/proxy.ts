/** A TCP proxy before a server of a test that can fall silent, as a network does whose other end is gone without a word. */
import { connect, createServer, type Socket } from 'node:net'

export interface Proxy {
  /** The server's address, by way of the proxy. */
  url: string
  /** Forwards nothing from now on, and closes nothing; new connections are taken and stay unanswered. */
  silence(): void
  /** Forwards again. */
  speak(): void
  stop(): Promise<void>
}

export async function startProxy(target: string): Promise<Proxy> {
  const url = new URL(target)
  const { hostname, port } = url
  const sockets = new Set<Socket>()
  let silent = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    if (silent) socket.pause()
  }
  const server = createServer((near) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (bytes) => to.write(bytes))
      from.on('close', () => to.destroy())
      keep(from)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  url.hostname = '127.0.0.1'
  url.port = String(address.port)
  return {
    url: url.href,
    silence() {
      silent = true
      for (const socket of sockets) socket.pause()
    },
    speak() {
      silent = false
      for (const socket of sockets) socket.resume()
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
