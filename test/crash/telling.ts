/** What the crash runs of nudges and their victims share: numbers, and one round of telling. */
import { type AdvisorChannel, oneGroup } from '../../bot/channels/advisor-channel.ts'
import { wecomRobot } from '../../bot/channels/wecom-robot.ts'
import type { Store } from '../../bot/store.ts'
import { tellDue } from '../../bot/telling.ts'
import { AreaTree } from '../../flows/roster/areas.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'

/** The `n`th request's number; long enough for all of a run. */
export const numberOf = (n: number): string => mintNumber(40, () => 10_000 + n)

const nobody = { areas: new AreaTree([]), advisors: new Map() }

/** Tells what is due. This platform has no minute: how often one may speak is looked at elsewhere. */
export async function tellAll(
  store: Store,
  base: string,
  now: () => Date,
  newId: () => string,
): Promise<void> {
  const channel: AdvisorChannel = { ...wecomRobot({ key: 'crash', base, fetch }), perMinute: 1_000_000 }
  const parts = {
    store,
    channels: async () => oneGroup(channel),
    roster: async () => nobody,
    now,
    newId,
  }
  while ((await tellDue(parts)) > 0);
}
