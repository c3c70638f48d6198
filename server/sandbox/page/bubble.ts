/** How one entry looks. */
import type { Entry, Said, Sent } from './conversation.ts'
import { button, icon, make } from './element.ts'
import { linked, linkTo, safeUrl } from './links.ts'
import type { Reply } from './wire.ts'

/** What can be done from inside a bubble. */
export interface Touch {
  choose(says: string): void
  retry(entry: Sent): void
}

/** What the menu buttons say, by the key they send. */
export const MENU: ReadonlyMap<string, string> = new Map([
  ['policy', '问政策'],
  ['help', '我要求助'],
  ['progress', '查进度'],
])

/** An entry as a row of the thread. */
export function rowOf(entry: Entry, touch: Touch): HTMLElement {
  return entry.from === 'assistant' ? rowOfSaid(entry, touch) : rowOfSent(entry, touch)
}

/** Brings a sent row up to date after its message arrived or failed. */
export function showState(row: HTMLElement, entry: Sent, touch: Touch): void {
  row.classList.toggle('sending', entry.state === 'sending')
  row.querySelector('.fault')?.remove()
  if (entry.state !== 'failed') return
  const again = button('retry', () => touch.retry(entry), icon('retry'), '重发')
  row.append(make('div', 'fault', icon('alert'), make('span', '', entry.fault ?? '没有发出去。'), again))
}

function rowOfSaid(entry: Said, touch: Touch): HTMLElement {
  const content = make('div', 'content', make('span', 'unseen', '救助顾问说：'))
  const { text, choices, link } = entry.reply
  if (text) content.append(make('div', 'bubble', ...linked(text)))
  if (link) content.append(card(link))
  if (choices.length > 0) {
    const chips = choices.map((choice) => button('chip', () => touch.choose(choice.says), choice.label))
    const list = make('div', 'chips', ...chips)
    list.setAttribute('role', 'group')
    list.setAttribute('aria-label', '可以这样回答')
    content.append(list)
  }
  if (entry.pushed) content.append(make('div', 'note', '主动发来'))
  return make('div', 'row theirs', make('span', 'avatar', icon('hands')), content)
}

function rowOfSent(entry: Sent, touch: Touch): HTMLElement {
  const { body } = entry
  const row = make('div', 'row')
  if (body.kind === 'followed' || body.kind === 'tapped') {
    row.classList.add('event')
    row.append(make('div', 'content', eventText(body)))
  } else {
    row.classList.add('ours')
    const content = make('div', 'content', make('span', 'unseen', '我说：'), ...bubblesOf(entry))
    row.append(make('span', 'avatar', icon('person')), content)
  }
  showState(row, entry, touch)
  return row
}

function eventText(
  body: { kind: 'followed'; scene: string | null } | { kind: 'tapped'; key: string },
): string {
  if (body.kind === 'tapped') return `点了菜单「${MENU.get(body.key) ?? body.key}」`
  return body.scene ? `扫码关注了「救助顾问」，来源：${body.scene}` : '关注了「救助顾问」'
}

function bubblesOf(entry: Sent): HTMLElement[] {
  const { body, picture } = entry
  switch (body.kind) {
    case 'text':
      return [make('div', 'bubble', body.text)]
    case 'voice': {
      const heard = body.transcript ?? '平台没有听清这段语音'
      return [
        make('div', 'bubble voice', '语音', icon('sound')),
        make('div', body.transcript === null ? 'transcript unheard' : 'transcript', heard),
      ]
    }
    case 'image': {
      if (!picture) return [make('div', 'bubble', '［照片］')]
      const image = make('img', 'photo')
      image.alt = '我发的照片'
      image.src = picture
      return [image]
    }
    case 'location': {
      const where = `${body.latitude.toFixed(4)}，${body.longitude.toFixed(4)}`
      return [
        make(
          'div',
          'place',
          make('div', 'place-words', make('strong', '', body.label), make('span', '', where)),
          make('div', 'map', icon('pin')),
        ),
      ]
    }
    default:
      return []
  }
}

function card(link: NonNullable<Reply['link']>): HTMLElement {
  const url = safeUrl(link.url)
  const words = make('span', 'card-words', make('strong', '', link.title))
  if (!url) return make('div', 'card', words)
  words.append(make('span', '', url.host === location.host ? '点开查看' : url.host))
  return linkTo(url, 'card', words, icon('page'))
}
