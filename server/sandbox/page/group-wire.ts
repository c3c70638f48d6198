/** The advisors' group as it arrives. Read and not believed. */
import { asked, fieldsOf, isTrue, list, text, textIn } from './case.ts'
import type { GroupView, Post } from './group-view.ts'
import { isRecord } from './wire.ts'

/** What somebody playing an advisor does. */
export type GroupDeed =
  | { do: 'write'; advisor: string; words: string; alone: boolean }
  | { do: 'tap'; advisor: string; post: string; key: string }
  | { do: 'jump'; jump: string }

export async function fetchGroup(): Promise<GroupView> {
  return readGroup(await asked('/sandbox/group', {}))
}

/**
 * Does it, and resolves with how things stand then.
 *
 * @throws {SendFailed} with the reason, when it was refused or did not arrive
 */
export async function doInGroup(deed: GroupDeed): Promise<GroupView> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(deed),
  }
  return readGroup(await asked('/sandbox/group', init))
}

function readGroup(value: unknown): GroupView {
  const { time, advisors, posts } = fieldsOf(value)
  return {
    time: isRecord(time)
      ? {
          at: number(time['at']),
          says: text(time['says']),
          pretended: time['pretended'] === true,
          jumps: list(time['jumps'], (one) => ({ key: textIn(one, 'key'), label: textIn(one, 'label') })),
        }
      : null,
    advisors: list(advisors, (one) => ({
      id: textIn(one, 'id'),
      name: textIn(one, 'name'),
      what: textIn(one, 'what'),
    })),
    posts: list(posts, readPost),
  }
}

function readPost(value: unknown): Post {
  const { at, from, to, card, ticket } = fieldsOf(value)
  return {
    id: textIn(value, 'id'),
    at: number(at),
    when: textIn(value, 'when'),
    from: typeof from === 'string' ? from : null,
    to: Array.isArray(to) ? list(to, text) : null,
    text: textIn(value, 'text'),
    danger: isTrue(value, 'danger'),
    card: isRecord(card)
      ? {
          ticket: text(card['ticket']),
          title: text(card['title']),
          lines: list(card['lines'], (one) => ({ name: textIn(one, 'name'), value: textIn(one, 'value') })),
          buttons: list(card['buttons'], (one) => ({ key: textIn(one, 'key'), text: textIn(one, 'text') })),
          state: text(card['state']),
        }
      : null,
    ticket: typeof ticket === 'string' ? ticket : null,
  }
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
