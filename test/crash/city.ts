/** The city that two processes of the crash run serve from one database: its time, its streets and their groups. */
import type { AdvisorChannels, Way } from '../../bot/channels/advisor-channel.ts'
import { wecomRobot } from '../../bot/channels/wecom-robot.ts'
import type { Store } from '../../bot/store.ts'
import { tellDue } from '../../bot/telling.ts'
import type { Roster } from '../../flows/roster/advisors.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { LIFE_HEADER } from './platform.ts'

/** So much faster than ours: a robot's minute and a lease end several times in a run. */
const SPEED = 10
/** Ten in the morning, so that nothing rests for the night. */
const MORNING = Date.parse('2026-11-23T10:00:00+08:00')

/** The city's time; `began` is when it was ten there, as our clock counts. */
export const cityClock = (began: number) => () => new Date(MORNING + (Date.now() - began) * SPEED)

/** Few, so that their robots come to their limit. Streets without advisors on duty: each has a group with a robot of its own. */
export const STREETS = ['a', 'b'] as const

const roster: Roster = {
  areas: new AreaTree([
    { id: 'district', level: 'district', name: '某区', parent: null },
    ...STREETS.map((id) => ({ id, level: 'street', name: `${id}街道`, parent: 'district' }) as const),
  ]),
  advisors: new Map(),
}

/** Every street's robot at its platform's own limits; `life` is who speaks. */
function robots(base: string, life: string): AdvisorChannels {
  const named: typeof fetch = (url, init) =>
    fetch(url, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), [LIFE_HEADER]: life },
    })
  const ways = new Map<string, Way>(
    STREETS.map((area) => [
      area,
      { key: `robot:${area}`, channel: wecomRobot({ key: area, base, fetch: named }), to: [] },
    ]),
  )
  return { to: (address) => (address.kind === 'group' && ways.get(address.area ?? '')) || null }
}

/** @returns tells all that is due, as the server's scheduler does each round */
export function cityTelling(
  store: Store,
  base: string,
  life: string,
  now: () => Date,
  newId: () => string,
): () => Promise<void> {
  const channels = robots(base, life)
  const parts = { store, channels: async () => channels, roster: async () => roster, now, newId }
  return async () => {
    while ((await tellDue(parts)) > 0);
  }
}
