/** An announcement put into the fields of a template message (模板消息) or a subscription message (订阅通知). */
import { chinaClock, chinaDay, chineseDate } from '../../flows/clocks.ts'
import type { Announcement } from './channel.ts'

/** The template an account chose for announcements. */
export interface AnnouncementTemplate {
  /** Which of the platform's two ways it belongs to. */
  kind: 'template' | 'subscription'
  id: string
  /** Its keywords in their order, e.g. `thing1`, `phrase2`, `time3`; see {@link ANNOUNCEMENT_FIELD}. */
  fields: readonly string[]
}

/**
 * The kinds of keyword we can fill; the number after it is the template's. The platform refuses a value that is
 * not of its kind (47003): thing ≤ 20 characters, phrase ≤ 5 Chinese ones, character_string ≤ 32 without Chinese.
 */
export const ANNOUNCEMENT_FIELD = /^(thing|phrase|time|date|character_string)\d{1,3}$/

/** Of a kind used more often the last value is repeated. */
const THINGS = ['您的求助有了新消息', '发条消息来，就能看到'] as const

/** What each keyword says: that there is news, in which stage, since when, of which number. Nothing personal. */
export function announcementData(
  fields: readonly string[],
  { ticket, stage, at }: Announcement,
): Record<string, { value: string }> {
  const things = fields.filter((field) => field.startsWith('thing'))
  const said = (field: string): string => {
    switch (ANNOUNCEMENT_FIELD.exec(field)?.[1]) {
      case 'phrase':
        return stage
      case 'character_string':
        return ticket
      case 'time':
      case 'date':
        return platformTime(at)
      default:
        return things.indexOf(field) === 0 ? THINGS[0] : THINGS[1]
    }
  }
  return Object.fromEntries(fields.map((field) => [field, { value: said(field) }]))
}

/** `2026年3月3日 09:05`, the one form that both time and date take. */
function platformTime(at: Date): string {
  return `${chineseDate(chinaDay(at))} ${chinaClock(at)}`
}
