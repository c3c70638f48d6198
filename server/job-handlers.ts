/** What each kind of job does, by the ways that are set up. */
import { type AnnouncingParts, announce } from '../bot/announcing.ts'
import { updateCards } from '../bot/card-updates.ts'
import type { OfficialAccountApi } from '../bot/channels/official-account-api.ts'
import type { WecomApi } from '../bot/channels/wecom-api.ts'
import { cardChanger } from '../bot/channels/wecom-app.ts'
import { endHold, sayUnheard } from '../bot/holding.ts'
import { readTaken } from '../bot/taken.ts'
import type { JobHandlers } from './jobs.ts'
import type { Late, residents } from './late.ts'
import { dropMedia, keepMedia } from './media.ts'
import type { Sealer } from './store/sealer.ts'
import type { WechatyAccount } from './wechaty.ts'
import { type advisorsSending, isWecomMedia, mediaOf, tellAdvisor } from './wecom.ts'

export interface JobParts extends AnnouncingParts {
  newId: () => string
  sealer: Pick<Sealer, 'sealBytes'>
  /** Where photos and voices are kept. */
  mediaFolder: string
  /** The page of a request; null where there is no address for it. */
  ticketUrl: (number: string) => string | null
  /** The ways there are; null for one that is not set up. */
  officialAccount: OfficialAccountApi | null
  wechaty: WechatyAccount | null
  wecom: WecomApi | null
  /** Sees messages through that were kept because their answer was late. */
  late: Late
  senders: { resident: ReturnType<typeof residents>; advisor: ReturnType<typeof advisorsSending> }
}

export function jobHandlers(parts: JobParts): JobHandlers {
  const { store, now, newId, mediaFolder, wechaty, wecom, late, senders } = parts
  return {
    'answer-taken': async (job) => {
      const kept = await readTaken(store, job)
      if (kept?.by === 'resident') await late.hearAgain(senders.resident, kept.message, job)
      else if (kept) await late.hearAgain(senders.advisor, kept.message, job)
    },
    'keep-media': async (job) => {
      const mediaId = job.detail['mediaId'] ?? ''
      const from = wechaty?.hasMedia(mediaId)
        ? wechaty
        : wecom && isWecomMedia(mediaId)
          ? mediaOf(wecom)
          : parts.officialAccount
      // In the sandbox a photo is a name only: its bytes never leave the browser.
      if (!from) return
      await keepMedia(job, mediaFolder, from, parts.sealer)
      // Where it was to be deleted meanwhile, another process may have found nothing to delete yet.
      if (!(await store.get('jobs', job.id))) await dropMedia(job, mediaFolder)
    },
    'update-cards': async ({ detail }) => {
      if (!wecom) return
      const change = cardChanger(wecom)
      await updateCards(detail['ticket'] ?? '', { store, change, ticketUrl: parts.ticketUrl, now })
    },
    'tell-advisor': async (job) => {
      if (wecom) await tellAdvisor(job, wecom, store)
    },
    'drop-media': (job) => dropMedia(job, mediaFolder),
    announce: (job) => announce(job, parts),
    'check-hold': ({ detail }) => {
      const { resident = '', until = '' } = detail
      return sayUnheard(store, { resident, until, now: now(), newId })
    },
    'end-hold': ({ detail }) => endHold(store, { resident: detail['resident'] ?? '', now: now(), newId }),
  }
}
