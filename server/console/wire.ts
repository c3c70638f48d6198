/** What goes over the wire between the console's page and its server; the page takes its types from here. */
import * as z from 'zod'
import { UNMASK_REASON_KEYS } from './reasons.ts'

const text = z.string()
/** Once for each form, so that what is sent twice is done once. */
const once = z.string().regex(/^[0-9A-Za-z-]{8,64}$/)
const number = z.string().max(20)

/* Signing in */
export const signInInput = z.strictObject({
  name: text.max(100),
  password: text.max(1000),
  /** Of the second factor; left out at the first try. */
  code: text.max(20).optional(),
})
export const waysOutput = z.object({ wecom: z.boolean() })
export type Ways = z.infer<typeof waysOutput>
/** What follows `#` in a one-time link, in its two parts. */
const link = { account: text.max(100), token: text.max(100) }
export const linkInput = z.strictObject(link)
export const linkOutput = z.object({
  /** The first administrator chooses a name, too. */
  first: z.boolean(),
  name: text,
  person: text,
})
export type LinkOwner = z.infer<typeof linkOutput>
export const joinInput = z.strictObject({
  ...link,
  name: text.max(100).optional(),
  person: text.max(100).optional(),
  password: text.max(1000),
})
export const meOutput = z.object({
  name: text,
  person: text,
  roles: z.array(text),
  areas: z.array(text),
  deeds: z.array(text),
  /** A second factor is set up. */
  factor: z.boolean(),
  /** One must be set up before anything else. */
  factorNeeded: z.boolean(),
  /** One was chosen; whoever signs in with WeCom needs none. */
  password: z.boolean(),
  trial: z.boolean(),
})
export type Me = z.infer<typeof meOutput>

/* One's own account */
export const passwordInput = z.strictObject({ current: text.max(1000), password: text.max(1000) })
export const provenInput = z.strictObject({ current: text.max(1000) })
export const factorOutput = z.object({ secret: text, address: text })
export type Factor = z.infer<typeof factorOutput>
export const codeInput = z.strictObject({ code: text.max(20) })
export const signInsOutput = z.object({
  signIns: z.array(z.object({ at: text, seenAt: text, own: z.boolean() })),
})
export type OwnSignIns = z.infer<typeof signInsOutput>
export const endedOutput = z.object({ ended: z.number() })
export type Ended = z.infer<typeof endedOutput>

export const draftKeyOutput = z.object({ key: text })

/* Places and people, for filters and forms */
const choice = z.object({ value: text, label: text })
export const placesOutput = z.object({
  /** The widest first; `level` is how deep it lies. */
  areas: z.array(z.object({ id: text, name: text, says: text, depth: z.number() })),
  owners: z.array(choice),
})
export type Places = z.infer<typeof placesOutput>

/* Requests */
export const REQUEST_VIEWS = ['open', 'closed', 'all'] as const
export const CLOCKS = ['overdue', 'today', 'week'] as const
export const requestsInput = z.strictObject({
  /** `open`: at work, `closed`: waiting for the revisit, the first due first; `all`: the newest first. */
  view: z.enum(REQUEST_VIEWS).default('open'),
  stage: text.max(20).optional(),
  /** An area's id, with all in it; `none` for requests that belong to no area. */
  area: text.max(50).optional(),
  /** Whoever has it, `mine`, or `none`. */
  owner: text.max(100).optional(),
  /** Of the view `open` and `closed`. */
  clock: z.enum(CLOCKS).optional(),
  /** Days in China, both inclusive: 受理 then. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  /** A request's number, a telephone number, or the last four digits of either. */
  search: text.max(50).optional(),
  cursor: text.max(100).optional(),
})
/** As the list is filtered; all of it. */
export const exportInput = requestsInput.omit({ search: true, cursor: true })
export const requestLine = z.object({
  number: text,
  stage: text,
  urgent: z.boolean(),
  /** Somebody could be harmed if more were shown. */
  shut: z.boolean(),
  about: text,
  area: text,
  owner: text,
  /** The clock that runs, e.g. 还剩2天; '' when none does. */
  left: text,
  due: text,
  overdue: z.boolean(),
  opened: text,
})
export type RequestLine = z.infer<typeof requestLine>
export const requestsOutput = z.object({
  requests: z.array(requestLine),
  /** Where the next page begins; null after the last. */
  next: text.nullable(),
  /** What a search did not look at; '' when it looked at all. */
  note: text,
})
export type Requests = z.infer<typeof requestsOutput>

const field = z.object({
  name: text,
  label: text,
  optional: z.boolean(),
  choices: z.array(choice),
  kind: z.enum(['line', 'words', 'day', 'choice', 'pick', 'paper', 'money']),
  example: text,
  filled: text,
})
export type FieldView = z.infer<typeof field>
const moveView = z.object({
  form: text,
  /** What the request waits for. */
  next: z.boolean(),
  usual: z.boolean(),
  fields: z.array(field),
})
export type MoveView = z.infer<typeof moveView>
export const requestInput = z.strictObject({ number })
export const requestOutput = requestLine.extend({
  seq: z.number(),
  way: z.array(z.object({ word: text, state: z.enum(['done', 'now', 'ahead']) })),
  clocks: z.array(z.object({ name: text, left: text, due: text, why: text, overdue: z.boolean() })),
  parts: z.array(
    z.object({
      id: text,
      what: text,
      to: text,
      via: z.array(text),
      state: text,
      noted: text,
      sent: text,
      left: text,
      overdue: z.boolean(),
      open: z.boolean(),
    }),
  ),
  aid: z.array(text),
  papers: z.array(z.object({ name: text, state: text, open: z.boolean(), left: text, overdue: z.boolean() })),
  outcome: z.array(text),
  /** Whether the resident knows the newest news; null when there was none. */
  told: text.nullable(),
  /** Other requests that may be of the same person or household; `linked` is null where nobody linked them. */
  links: z.array(
    z.object({
      number: text,
      state: text,
      linked: z.enum(['shown', 'confirmed', 'dismissed']).nullable(),
      reasons: text,
      about: text,
      help: z.array(text),
      open: z.boolean(),
    }),
  ),
  /** Who it is and what they told; null until it is unmasked. */
  facts: z.array(z.object({ name: text, value: text, long: z.boolean() })).nullable(),
  /** Pictures of papers, each to be asked for by its name; empty until it is unmasked. */
  photos: z.array(z.object({ name: text, what: text })),
  /** What was said between the resident and us about it; empty until it is unmasked. */
  talk: z.array(
    z.object({
      at: text,
      by: z.enum(['resident', 'us']),
      words: text,
      state: text,
      /** The name of what came with the words. */
      photo: text.nullable(),
    }),
  ),
  /** There is more than is shown. */
  talkCut: z.boolean(),
  heldUntil: text.nullable(),
  /** How many words the platform still lets us say unasked; '' where nothing limits it. */
  reach: text,
  happened: z.array(z.object({ at: text, what: text, who: text, why: text })),
  may: z.object({
    unmask: z.boolean(),
    say: z.boolean(),
    takeOver: z.boolean(),
    handBack: z.boolean(),
    print: z.boolean(),
  }),
  /** The last move, which whoever looks may take back for so many seconds; null when there is none. */
  undo: z.object({ what: text, seconds: z.number() }).nullable(),
  /** Until when it stays unmasked, in words, and for how many seconds; null while it is masked. */
  unmaskedUntil: text.nullable(),
  unmaskedFor: z.number().nullable(),
  moves: z.array(moveView),
})
export type RequestView = z.infer<typeof requestOutput>

export const unmaskInput = z.strictObject({ number, reason: z.enum(UNMASK_REASON_KEYS) })
export const moveInput = z.strictObject({
  number,
  form: text.max(20),
  values: z.record(text.max(20), text.max(2000)),
  seq: z.number().int().positive(),
})
export const undoInput = z.strictObject({ number, seq: z.number().int().positive() })
export const aheadOutput = z.object({
  /** What the resident would be told at once; null when they would be told nothing. */
  tells: text.nullable(),
})
export type Ahead = z.infer<typeof aheadOutput>
export const photoInput = z.strictObject({ number, photo: text.max(20) })

const known = text.nullable()
export const applicationInput = z.strictObject({
  number,
  /** The policy it is for; '' for none, left out for the one the request names. */
  policy: text.max(60).optional(),
})
export const applicationOutput = z.object({
  number: text,
  area: text,
  opened: text,
  /** When and by whom. */
  printed: text,
  policy: z
    .object({
      id: text,
      title: text,
      departments: text,
      basis: text,
      /** What must be brought, as the policy says it, and the papers named in it one by one. */
      says: text,
      papers: z.array(text),
      notes: z.array(text),
    })
    .nullable(),
  policies: z.array(choice),
  /** Null is left to be written in by hand. */
  person: z.object({
    name: known,
    idNumber: known,
    bornOn: known,
    phone: known,
    registeredAt: known,
    place: known,
    household: known,
    income: known,
  }),
  proxy: z.object({ name: known, phone: known, relation: known }).nullable(),
  needs: z.array(z.object({ name: text, asked: z.boolean() })),
  reason: text,
  papers: z.array(z.object({ name: text, state: text, handedIn: z.boolean() })),
})
export type Application = z.infer<typeof applicationOutput>
export const sayInput = z.strictObject({ number, words: text.max(2000), once })

/* Accounts */
const account = z.object({
  id: text,
  name: text,
  person: text,
  roles: z.array(text),
  areas: z.array(text),
  advisor: text.nullable(),
  body: text.nullable(),
  wecom: text,
  state: z.enum(['invited', 'active', 'disabled']),
  factor: z.boolean(),
  own: z.boolean(),
})
export type AccountLine = z.infer<typeof account>
export const accountsOutput = z.object({
  accounts: z.array(account),
  roles: z.array(choice),
  /** Where whoever looks may give somebody an account. */
  areas: z.array(choice),
  /** Whether that is everywhere. */
  everywhere: z.boolean(),
  advisors: z.array(choice),
})
export type Accounts = z.infer<typeof accountsOutput>
const rights = {
  person: text.max(100),
  roles: z.array(text.max(20)).max(10),
  areas: z.array(text.max(50)).max(200),
  advisor: text.max(100).nullable(),
  body: text.max(100).nullable(),
  /** Their userid in the office's WeCom; left out or '' for the one in the roster. */
  wecom: text.max(100).optional(),
}
export const inviteInput = z.strictObject({ name: text.max(100), ...rights })
export const changeInput = z.strictObject({ id: text.max(100), ...rights })
export const accountInput = z.strictObject({ id: text.max(100) })
/** Shown once, to hand on. */
export const newLinkOutput = z.object({ link: text, until: text })
export type NewLink = z.infer<typeof newLinkOutput>

/* The audit log */
export const auditInput = z.strictObject({
  /** Only what was done to this request. */
  number: text.max(20).optional(),
  /** Only what this account did. */
  by: text.max(100).optional(),
  cursor: text.max(100).optional(),
})
const auditLine = z.object({ id: text, at: text, who: text, what: text, subject: text, detail: text })
export const auditOutput = z.object({ lines: z.array(auditLine), next: text.nullable() })
export type Audit = z.infer<typeof auditOutput>

/* Today */
const figure = z.object({ name: text, count: z.number(), more: z.boolean(), query: z.record(text, text) })
export const todayOutput = z.object({
  today: text,
  figures: z.array(figure),
  /** Residents who wait for their data to be deleted or handed to them; null for whoever sees no residents. */
  wishes: z.object({ count: z.number(), more: z.boolean(), overdue: z.number() }).nullable(),
})
export type Today = z.infer<typeof todayOutput>

/** Every refusal. */
export const refusalOutput = z.object({ code: text, message: text })
export type RefusalBody = z.infer<typeof refusalOutput>

export const doneOutput = z.object({ says: text })
export type Done = z.infer<typeof doneOutput>
