/** Speaks to single advisors through a WeCom application: words, or a ticket's card with buttons. */
import type { ChangeCard } from '../card-updates.ts'
import {
  type AdvisorChannel,
  type Card,
  type Notice,
  TOLD_ALL,
  type Told,
  withLink,
} from './advisor-channel.ts'
import { APP_MAX_BYTES, type TemplateCard, type WecomApi } from './wecom-api.ts'

/** What the platform shows one member in a minute; it drops the rest without a word. */
export const APP_PER_MINUTE = 30
/** Of these so many are kept for answers to what an advisor writes. */
const KEPT_FOR_ANSWERS = 5

export function wecomApp(api: Pick<WecomApi, 'sendText' | 'sendCard'>): AdvisorChannel {
  return {
    name: 'wecom-app',
    maxBytes: APP_MAX_BYTES,
    perMinute: APP_PER_MINUTE - KEPT_FOR_ANSWERS,
    carriesCards: true,
    async tell({ text, card }: Notice, to: readonly string[]): Promise<Told> {
      if (to.length === 0) return TOLD_ALL
      return card && card.buttons.length > 0
        ? api.sendCard(to, templateCard(card))
        : api.sendText(to, withLink(text, card?.url ?? null, APP_MAX_BYTES))
    },
  }
}

/** Changes cards that lie in members' chats. */
export function cardChanger(api: Pick<WecomApi, 'updateCard'>): ChangeCard {
  return (to, code, change) => api.updateCard(to, code, 'replaced' in change ? change : templateCard(change))
}

/** Limits of developer.work.weixin.qq.com 90236, in characters. */
const TITLE = 36
const SUB_TITLE = 160
const NAME = 5
const VALUE = 26
const LINES = 6
const BUTTONS = 6
const BUTTON = 10
const VIEW = 'view'
/** The first button is what is most wished for. */
const STYLES = [1, 2] as const

/**
 * A ticket's card as the platform takes it. What is too long for its place stands, as far as it fits, in the words
 * below the title and ends in 「…」: the whole is on the ticket's page.
 */
export function templateCard({ task, title, lines, buttons, url }: Card): TemplateCard {
  const fits = ({ name, value }: Card['lines'][number]) => length(name) <= NAME && length(value) <= VALUE
  const rows = lines.filter(fits).slice(0, LINES)
  const rest = [
    ...(length(title) > TITLE ? [title] : []),
    ...lines.filter((line) => !rows.includes(line)).map(({ name, value }) => `${name}：${value}`),
  ]
  // The way to the page is no tap that comes back to us.
  const taps = buttons.filter(({ key }) => key !== VIEW).slice(0, BUTTONS)
  const view = url !== null && taps.length < BUTTONS
  return {
    card_type: 'button_interaction',
    main_title: { title: cut(title, TITLE) },
    ...(rest.length > 0 ? { sub_title_text: cut(rest.join('\n'), SUB_TITLE) } : {}),
    ...(rows.length > 0
      ? { horizontal_content_list: rows.map(({ name, value }) => ({ keyname: name, value })) }
      : {}),
    ...(url === null ? {} : { card_action: { type: 1, url } }),
    task_id: task,
    button_list: [
      ...taps.map(({ key, text }, place) => ({
        text: cut(text, BUTTON),
        style: STYLES[Math.min(place, 1)] ?? 1,
        key,
      })),
      ...(view ? [{ text: '查看', type: 1 as const, url }] : []),
    ],
  }
}

const length = (text: string): number => [...text].length
const cut = (text: string, most: number): string =>
  length(text) <= most ? text : `${[...text].slice(0, most - 1).join('')}…`
