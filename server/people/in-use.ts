/** What still needs areas and advisors that would go from the roster. */
import type { Store } from '../../bot/store.ts'
import type { Advisor } from '../../flows/roster/advisors.ts'
import { OPEN_STAGES } from '../../flows/ticket/ticket.ts'
import { allAccounts } from '../console/accounts/account.ts'

/** Why something cannot go yet. */
export interface InUse {
  /** Who or what would go. */
  who: string
  /** Requests that wait there, by their numbers. */
  requests: readonly string[]
  /** Whether there are more of anything than was looked at. */
  more: boolean
  /** All of it as one sentence, with what is to be done first. */
  words: string
}

/** Looked at of each kind. */
const LOOKED = 50
/** Named in the sentence; that there are more is said. */
const NAMED = 5
const named = (users: readonly string[]): string =>
  `${users.slice(0, NAMED).join('、')}${users.length > NAMED ? '等' : ''}`

/** Of areas: advisors and accounts of the console that are there for them, open requests and households that lie there. */
export async function areasInUse(
  store: Store,
  advisors: readonly Advisor[],
  gone: readonly string[],
): Promise<InUse[]> {
  const found: InUse[] = []
  const accounts = gone.length === 0 ? [] : await allAccounts(store)
  for (const id of gone) {
    const people = advisors.filter(({ areas, caseload = [] }) => [...areas, ...caseload].includes(id))
    const requests = await openRequests(store, 'inArea', id)
    const households = await householdsOf(store, 'ofArea', id)
    const users = [
      ...people.map(({ name }) => `顾问${name}`),
      ...accounts
        .filter(({ state, areas }) => state !== 'disabled' && areas.includes(id))
        .map(({ name, person }) => `账号${person.name === '' ? name : `${person.name}（${name}）`}`),
      ...requests.map((number) => `求助单${number}`),
      ...households.map((number) => `联系对象${number}`),
    ]
    if (users.length === 0) continue
    const who = `区域「${id}」`
    const words = `${who}还不能删：${named(users)}还在用，请先改到别的区域`
    found.push({ who, requests, more: isMore(requests, households), words })
  }
  return found
}

/** Of advisors: the open requests they have, and the households they look after. */
export async function advisorsInUse(store: Store, gone: readonly Advisor[]): Promise<InUse[]> {
  const found: InUse[] = []
  for (const { id, name } of gone) {
    const requests = await openRequests(store, 'withOwner', id)
    const households = await householdsOf(store, 'ofAdvisor', id)
    const users = [
      ...requests.map((number) => `求助单${number}`),
      ...households.map((number) => `联系对象${number}`),
    ]
    if (users.length === 0) continue
    const who = `顾问${name}（${id}）`
    const words = `${who}还不能删：${named(users)}还在这个人手上，请先交给别人`
    found.push({ who, requests, more: isMore(requests, households), words })
  }
  return found
}

const isMore = (...lists: (readonly string[])[]): boolean => lists.some(({ length }) => length >= LOOKED)

async function openRequests(store: Store, index: 'inArea' | 'withOwner', id: string): Promise<string[]> {
  const rows = await Promise.all(
    OPEN_STAGES.map((stage) => store.list('tickets', index, { equals: [id, stage], limit: LOOKED })),
  )
  return rows
    .flat()
    .map((row) => row.id)
    .slice(0, LOOKED)
}

async function householdsOf(store: Store, index: 'ofArea' | 'ofAdvisor', id: string): Promise<string[]> {
  const rows = await store.list('households', index, { equals: [id, 'watched'], limit: LOOKED })
  return rows.map((row) => row.id)
}
