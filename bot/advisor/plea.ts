/** 求助: an advisor asks for somebody they met; read like a resident's own words, and theirs to look after. */
import type { Line } from '../../flows/advisor/lines.ts'
import { readDifficulties, readNeeds } from '../../flows/difficulties.ts'
import { readPlace } from '../../flows/facts.ts'
import { placeIn } from '../../flows/roster/placing.ts'
import { type HelpAnswers, takeOver, withStory } from '../../flows/steps/catalog/help-answers.ts'
import { NEED_WORDS, NEEDS, type RequestFacts } from '../../flows/ticket/request.ts'
import { openTicket, readTicket } from '../../flows/ticket/ticket.ts'
import { advance } from '../../flows/ticket/transitions.ts'
import { auditSubject } from '../audit.ts'
import { freshNumber, insertTicket } from '../casework.ts'
import { done, given, NOTED } from './deeds.ts'
import { type AdvisorAnswer, askBack, noteOf, type Scene } from './talk.ts'

const PLACE = '住址'
const NEEDED = '需要'
const STORY = '难处'

/** Opens a request for somebody met on the street, or asks for what it cannot do without. */
export async function plead(scene: Scene, line: Line): Promise<AdvisorAnswer> {
  const { tx, parts, me, now, roster, place: where } = scene
  const told = given(line, '经过')
  const heard = takeOver(told, now)
  const more = given(line, STORY)
  const answers = more === '' ? heard : withStory(heard, more)
  const privately = where === 'group' ? '（请私聊我写，别写在群里）' : ''
  if (answers.story === '' && answers.difficulties.length === 0)
    return askBack(scene, line, { slot: STORY, ask: `遇到了什么难处？${privately}` })
  const place = given(line, PLACE) || answers.place || ''
  if (place === '')
    return askBack(scene, line, { slot: PLACE, ask: `住在哪里？写到社区、村就行。${privately}` })
  const needs = NEEDS.filter(
    (need) => readNeeds(`${answers.story}`).includes(need) || given(line, NEEDED).includes(NEED_WORDS[need]),
  )
  if (needs.length === 0)
    return askBack(scene, line, {
      slot: NEEDED,
      ask: '最需要哪一类帮助？',
      choices: NEEDS.map((need) => ({ label: NEED_WORDS[need], value: NEED_WORDS[need] })),
    })
  const number = await freshNumber(tx, parts.randomBelow)
  const resident = `${NOTED}${number}`
  const inDanger = [told, more].some((words) => parts.knowledge.danger(words) !== null)
  const urgent = answers.urgency === 'urgent' || inDanger
  const facts = factsOf(answers, told, place, needs)
  const opened = openTicket({
    facts,
    number,
    resident,
    area: placeIn(place, roster.areas)?.id ?? null,
    urgency: {
      level: urgent ? 'urgent' : 'normal',
      reason: `救助顾问${me.name}当面登记${urgent ? '，听着很急' : ''}`,
    },
    fingerprints: fingerprintsOf(facts, parts.fingerprint),
    // Noted on the spot by a person; nothing was agreed to in writing.
    consent: null,
    at: now,
    askedAt: now,
    by: { role: 'advisor', id: me.id },
  })
  const claim = { kind: 'claim', name: me.name, why: '' } as const
  const owned = advance(opened.ticket, claim, { role: 'advisor', id: me.id }, now)
  const both = { ticket: owned.ticket, happened: [...opened.happened, ...owned.happened] }
  await insertTicket(tx, both, parts.fingerprint)
  await noteOf(scene, 'changed', auditSubject(number), { actions: 'open claim' })
  const row = await tx.get('tickets', number)
  const ticket = row ? readTicket(row.ticket) : owned.ticket
  const links = ticket.links.map((link) => link.number).join('、')
  const same = links === '' ? '' : `可能和${links}是同一家，请核对。`
  const by = facts.phone === null ? '没留电话，有事请您当面告诉。' : ''
  return done(
    scene,
    ticket,
    `登记好了：求助编号${number}${urgent ? '，紧急' : ''}，先由您负责；不归您管就写“转给 同事 ${number}”。${by}${same}`,
  )
}

/** The answer to a question of {@link plead}'s; null when it is none. */
export function readPleaAnswer(slot: string, text: string): string | null {
  if (slot === NEEDED) {
    const named = NEEDS.filter((need) => text.includes(NEED_WORDS[need]) || readNeeds(text).includes(need))
    return named.length === 0 ? null : named.map((need) => NEED_WORDS[need]).join('、')
  }
  return text.trim() || null
}

const NOBODY = /^(?:我家|老人|有人|一个|这个|那个|家里|孩子|小孩|邻居|居民|路上|求助|登记|帮|他|她)/
/** A name at the very beginning: 张大爷，住…; 唐秀英 13800138000. */
function nameIn(told: string): string | null {
  const name = /^(?:叫|姓名[:：]?|名字[叫是]?)?([\u4e00-\u9fa5]{2,4})(?=[，,、。\s\d]|住|家住|电话|$)/.exec(
    told.trim(),
  )?.[1]
  if (name === undefined || NOBODY.test(name)) return null
  return readPlace(name) !== null || readDifficulties(name).length > 0 ? null : name
}

function factsOf(
  answers: HelpAnswers,
  told: string,
  place: string,
  needs: RequestFacts['needs'],
): RequestFacts {
  return {
    who: 'self',
    relation: null,
    difficulties: answers.difficulties,
    story: answers.story,
    needs,
    place: place.slice(0, 200),
    registeredAt: null,
    name: nameIn(told),
    phone: answers.phone || null,
    idNumber: null,
    household: answers.household,
    income: answers.income,
    photos: [],
    proxy: null,
    anonymous: false,
  }
}

function fingerprintsOf({ phone, name, place }: RequestFacts, fingerprint: Scene['parts']['fingerprint']) {
  const known = [
    { kind: 'phone', value: phone },
    { kind: 'household', value: name === null ? null : `${place}/${name}` },
  ] as const
  return known.flatMap(({ kind, value }) =>
    value === null ? [] : [{ kind, value: fingerprint(kind, value) }],
  )
}
