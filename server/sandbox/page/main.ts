/** The sandbox page: puts the pieces together. */
import { MENU } from './bubble.ts'
import { startComposer } from './composer.ts'
import { Conversation } from './conversation.ts'
import { startDeeds } from './deed.ts'
import { startPlaces, startSettings, startVoice } from './dialogs.ts'
import { button, find } from './element.ts'
import { Group } from './group.ts'
import { Office, startSaying } from './office.ts'
import { currentResident, hasFollowed, newResident, rememberFollowed } from './resident.ts'
import { startTabs } from './tabs.ts'
import { Thread } from './thread.ts'
import type { Body } from './wire.ts'

let late = false
const tabs = startTabs()
const thread = new Thread({
  choose: (says) => say({ kind: 'text', text: says }),
  retry: (entry) => conversation.retry(entry, late),
})
const group = new Group(
  () => tabs.news('group'),
  () => void office.refresh(),
)
let office: Office
let conversation = meet(currentResident())

function meet(resident: string): Conversation {
  office = new Office(resident, () => tabs.news('office'))
  const met = new Conversation(resident, {
    added(entry) {
      thread.add(entry)
      if (entry.from === 'assistant') tabs.news('phone')
    },
    changed: (entry) => thread.update(entry),
    stirred: () => void office.refresh(),
    told: () => void group.refresh(),
    waiting: (yes) => thread.waiting(yes),
    connected: (yes) => {
      find('offline', HTMLElement).hidden = yes
    },
  })
  thread.waiting(false)
  thread.show(met.entries)
  return met
}

function say(body: Body, picture: string | null = null): void {
  conversation.send(body, { late, picture })
}

function follow(scene: string | null): void {
  rememberFollowed(conversation.resident)
  say({ kind: 'followed', scene })
}

startComposer({
  text: (text) => say({ kind: 'text', text }),
  photo: (picture) => say({ kind: 'image' }, picture),
})
startVoice((transcript) => say({ kind: 'voice', transcript }))
startPlaces((place) => say({ kind: 'location', ...place }))
startDeeds()
startSaying(() => conversation.resident)
startSettings({
  follow,
  change() {
    conversation.close()
    office.close()
    conversation = meet(newResident())
    follow(null)
  },
  late(yes) {
    late = yes
    find('late-notice', HTMLElement).hidden = !yes
  },
})
for (const [key, label] of MENU) {
  find('menu', HTMLElement).append(button('menu-item', () => say({ kind: 'tapped', key }), label))
}
if (!hasFollowed(conversation.resident)) follow(null)
