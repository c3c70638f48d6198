/** Reads a CPU profile: which part of the program each sample belongs to. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'

const Profile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string() }),
      children: z.array(z.number()).default([]),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
})

/** The parts, in the order shown; the innermost frame that belongs to one decides. */
export const PLACES = [
  {
    name: 'open and seal (decrypt, verify, encrypt)',
    at: /channels\/wechat-crypto|@wecom\/crypto|wechat-crypto/,
  },
  { name: 'XML', at: /channels\/wechat-xml|fast-xml|xml2js|sax|strnum|\/ejs\// },
  { name: 'channel, the rest', at: /channels\/|co-wechat/ },
  {
    name: 'respond: search',
    at: /knowledge\/(search|learned|postings|pieces|words|spelling|names|trie|terms|sound|knowledge|scope|aspects)/,
  },
  { name: 'respond: danger', at: /knowledge\/danger/ },
  {
    name: 'respond: the rest',
    at: /knowledge\/|flows\/|bot\/(conversation|wording|split|session|message)|zod/,
  },
  { name: 'intake and outbox', at: /bot\/(intake|outbox|quota|effects)/ },
  { name: 'store', at: /server\/store\/|sorted-btree|lowdb|steno|node:(internal\/)?fs/ },
  { name: 'log and metrics', at: /pino|prom-client|server\/(log|metrics)/ },
  {
    name: 'koa',
    at: /node_modules\/(@koa|koa|raw-body)|server\/|koa-|content-type|type-is|accepts|statuses|on-finished|http-errors/,
  },
  { name: 'node:http and streams', at: /^node:/ },
  { name: 'garbage collection', at: /^\(garbage collector\)$/ },
  { name: 'unattributed', at: /^/ },
] as const

/** The share of the busy time, 0 to 1, of each of {@link PLACES}. */
export function shares(path: string): Map<string, number> {
  const { nodes, samples, timeDeltas } = Profile.parse(JSON.parse(readFileSync(path, 'utf8')))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const places = new Map<number, string>()
  const walk = (id: number, within: string) => {
    const node = byId.get(id)
    if (!node) return
    const { functionName, url } = node.callFrame
    // Starting the profiler looks through the whole program, which no message asks for.
    if (url === 'node:inspector') return
    const own = PLACES.find(
      ({ at, name }) => name !== 'unattributed' && at.test(url === '' ? functionName : url),
    )
    // Node's own code works for whoever called it.
    const mine = url.startsWith('node:') && within !== 'unattributed' ? within : (own?.name ?? within)
    places.set(id, mine)
    for (const child of node.children) walk(child, mine)
  }
  const root = nodes[0]
  if (root) walk(root.id, 'unattributed')
  const times = new Map<string, number>()
  let busy = 0
  for (const [index, id] of samples.entries()) {
    if (byId.get(id)?.callFrame.functionName === '(idle)') continue
    const place = places.get(id)
    if (place === undefined) continue
    const delta = timeDeltas[index] ?? 0
    times.set(place, (times.get(place) ?? 0) + delta)
    busy += delta
  }
  return new Map([...times].map(([place, time]) => [place, time / busy]))
}
