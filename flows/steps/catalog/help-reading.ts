/** How the steps of a request for help read what they hear. */
import { readDifficulties } from '../../difficulties.ts'
import { readPlace, readUrgent, tellsWhenToCall } from '../../facts.ts'
import type { Choice, Heard, Read } from '../types.ts'
import type { HelpAnswers } from './help-answers.ts'

/** Photos of one request; more are sent to the advisor later. */
export const PHOTO_LIMIT = 9

export const choice = (label: string, says = label): Choice => ({ label, says })
export const answer = (answers: HelpAnswers, note?: string): Read<HelpAnswers> =>
  note === undefined ? { kind: 'answer', answers } : { kind: 'answer', answers, note }
export const unclear = (why: string): Read<HelpAnswers> => ({ kind: 'unclear', why })

/** Words heard, or null for a photo or a place; a photo in the wrong place is kept by the caller. */
export const wordsOf = (heard: Heard): string | null => (heard.kind === 'words' ? heard.text.trim() : null)

/** Keeps a photo or a place sent at any step; the question stays. */
export function keepAside(heard: Heard, answers: HelpAnswers, question: string): Read<HelpAnswers> | null {
  if (heard.kind === 'place') {
    const place = heard.label.trim() || coordinates(heard)
    return { kind: 'part', answers: { ...answers, place }, note: `位置收到了：${place}。${question}` }
  }
  if (heard.kind !== 'photo') return null
  if (answers.consent === null) return unclear('照片还没有保存：要等您同意了才能记。')
  if (answers.photos.length >= PHOTO_LIMIT)
    return { kind: 'part', answers, note: `照片够多了，其余的以后给顾问。${question}` }
  const photos = [...answers.photos, heard.media]
  return { kind: 'part', answers: { ...answers, photos }, note: `照片收到了，先替您存好。${question}` }
}

export const CHOICE_FIRST = '请回复前面的数字，或者直接说。'

/** Whether words tell of trouble or when to call, and name no place: they answer no question after a place or a name. */
export const tellsTrouble = (words: string): boolean =>
  readPlace(words) === null &&
  (readUrgent(words) || readDifficulties(words).length > 0 || tellsWhenToCall(words))

/** Whether words are a sentence of their own that names no place, number or person: an answer in other words. */
export const isRemark = (words: string): boolean =>
  (words.match(/\p{L}/gu) ?? []).length >= 5 &&
  readPlace(words) === null &&
  !/\d{5}|叫|姓名|名字|户口/.test(words)

/** How a question calls the one in need: 您, 您妈妈, 老婆婆. */
export function whose({ who, relation }: Pick<HelpAnswers, 'who' | 'relation'>): string {
  if (who === 'family') return `您${relation ?? '家里人'}`
  if (who === 'neighbour')
    return relation === null || /^(?:别人|人家)$/.test(relation) ? '他（她）' : relation
  return '您'
}

export const coordinates = ({ latitude, longitude }: { latitude: number; longitude: number }): string =>
  `位置 ${latitude.toFixed(5)},${longitude.toFixed(5)}`
