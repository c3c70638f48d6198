/** Policies as residents are told them: all of them, and then what has changed. */
import { createHash } from 'node:crypto'
import { changedAfter, lastPlace } from '../../../bot/marks.ts'
import type { PublishedPolicy, Store } from '../../../bot/store.ts'
import type { Knowledge } from '../../../knowledge/knowledge.ts'
import { shippedText } from '../../../knowledge/load.ts'
import { InventoryError, type Policy, parsePolicy } from '../../../knowledge/policy.ts'
import { Refusal } from '../../console/refusal.ts'
import { type KeyRoute, keyRoute } from '../route.ts'
import { type PolicyOut, policiesInput, policiesOutput, policyInput, policyOutput } from '../wire.ts'

/** A page of them is a few hundred KB. */
const PAGE = 50

/** Where somebody stands: on their way through all of them, or only hearing what changes. */
interface At {
  /** Changes up to here are known, or come with what is walked. */
  place: number
  /** The texts the program brought when the walk began. */
  shipped: string
  /** The last id of the walk; null once it is over. */
  walked: string | null
}

const sayAt = ({ place, shipped, walked }: At): string =>
  `${place}.${shipped}${walked === null ? '' : `.${walked}`}`

function readAt(after: string): At {
  const [, place, shipped, walked] = /^(\d{1,15})\.([0-9a-f]{8})(?:\.([a-z0-9-]{1,61}))?$/.exec(after) ?? []
  if (place === undefined || shipped === undefined)
    throw new Refusal('bad-value', 'after 要原样带上一次给的 next；丢了就不带，从头取。')
  return { place: Number(place), shipped, walked: walked ?? null }
}

/** Every policy there is: what is told, and what was published a moment ago. */
async function allIds(knowledge: Knowledge, store: Store): Promise<string[]> {
  const ids = new Set(knowledge.policies.keys())
  for await (const { id } of store.scan('policies')) ids.add(id)
  return [...ids].sort()
}

let digested: string | null = null
/** Of the files that came with the program: another program may bring others. They are read once. */
function shippedDigest({ policies }: Knowledge): string {
  if (digested !== null) return digested
  const digest = createHash('sha256')
  for (const id of [...policies.keys()].sort()) {
    const text = shippedText(id)
    if (text !== null) digest.update(`${id}\n${text}\n`)
  }
  digested = digest.digest('hex').slice(0, 8)
  return digested
}

/** As it was published, though it may not be told yet; as it is told where this program cannot read that. */
function policyOf(
  id: string,
  published: PublishedPolicy | undefined,
  knowledge: Knowledge,
): Policy | undefined {
  const told = knowledge.policies.get(id)
  if (!published) return told
  try {
    return parsePolicy(published.text, `knowledge/policies/${id}.md`)
  } catch (error) {
    if (error instanceof InventoryError) return told
    throw error
  }
}

function policyOut(policy: Policy, published: PublishedPolicy | undefined): PolicyOut {
  const { id, title, departments, level, area, effective, expires, supersededBy, checked } = policy
  return {
    id,
    title,
    departments,
    level,
    area,
    effective,
    expires,
    supersededBy,
    checked,
    version: published?.number ?? 0,
    text: published?.text ?? shippedText(id) ?? '',
  }
}

export const policyRoutes: readonly KeyRoute[] = [
  keyRoute({
    method: 'GET',
    path: '/policies',
    needs: 'read-policies',
    says: `已发布的政策全文，一次 ${PAGE} 条；取完以后带着 next 来，只给上次以后发布的`,
    input: policiesInput,
    output: policiesOutput,
    handle: async ({ after }, { desk: { store }, knowledge }) => {
      const shipped = shippedDigest(knowledge)
      const known = after === undefined ? null : readAt(after)
      const told = async (ids: readonly string[]): Promise<PolicyOut[]> => {
        const found: PolicyOut[] = []
        for (const id of ids) {
          const published = await store.get('policies', id)
          const policy = policyOf(id, published, knowledge)
          if (policy) found.push(policyOut(policy, published))
        }
        return found
      }
      if (known?.walked === null && known.shipped === shipped) {
        const { rows, place, more } = await changedAfter(store, 'policies', known.place, PAGE)
        const policies = await told(rows.map(({ id }) => id))
        return { policies, next: sayAt({ place, shipped, walked: null }), more }
      }
      // From the beginning: nothing is known, or the program brought other texts.
      const walk = known?.walked != null && known.shipped === shipped ? known : null
      const place = walk?.place ?? (await lastPlace(store, 'policies'))
      const left = (await allIds(knowledge, store)).filter((id) => id > (walk?.walked ?? ''))
      const page = left.slice(0, PAGE)
      const more = left.length > page.length
      const walked = more ? (page.at(-1) ?? null) : null
      return { policies: await told(page), next: sayAt({ place, shipped, walked }), more }
    },
  }),
  keyRoute({
    method: 'GET',
    path: '/policies/:id',
    needs: 'read-policies',
    says: '一条政策现在的全文',
    input: policyInput,
    output: policyOutput,
    handle: async ({ id }, { desk, knowledge }) => {
      const published = await desk.store.get('policies', id)
      const policy = policyOf(id, published, knowledge)
      if (!policy) throw new Refusal('not-found', '没有这条政策。')
      return policyOut(policy, published)
    },
  }),
]
