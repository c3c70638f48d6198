/**
 * Takes in one message: order per resident, once per message, decide, commit, and only then hand back the
 * words. A redelivery gets the same words and causes nothing else.
 */
import { instantOf } from '../flows/clocks.ts'
import { freshNumber, ticketsOf } from './casework.ts'
import { type Decision, type Moment, respond, type Setting, type Turn } from './conversation.ts'
import { applyEffects } from './effects.ts'
import { type Message, type MessageBody, plainText, type Reply } from './message.ts'
import { newOutgoing, replyOf } from './outgoing.ts'
import { createPace, type Pace } from './pace.ts'
import { Passing } from './passing.ts'
import { createPlaces } from './placing.ts'
import { granted } from './quota.ts'
import { createRosterReader, type ReadRoster } from './roster.ts'
import { forgetAt, readSession, type Session, sessionColumns } from './session.ts'
import { firstPart } from './split.ts'
import {
  isUnavailable,
  type Outgoing,
  type Reader,
  type Resident,
  type SessionRow,
  type Store,
  StoreError,
  type Transaction,
} from './store.ts'
import { NOWHERE } from './turn.ts'
import { answerUnkept } from './turns/outage-turn.ts'
import { WORDS } from './wording.ts'

/** What one message came to. */
export interface Received {
  /** What to say, already short enough for one message; null when nothing is said. */
  reply: Reply | null
  /** The outgoing row that remembers whether the platform took it; null also when nothing could be kept. */
  outgoing: string | null
  /** Null for a redelivery, whose turn was decided before. */
  decision: Decision | null
}

export interface IntakeParts {
  store: Store
  setting: Setting
  now: () => Date
  newId: () => string
  /** A whole number from 0 up to, but not including, its argument; not to be guessed. Makes ticket numbers. */
  randomBelow: (limit: number) => number
  /** The most bytes of one message on every channel. */
  maxBytes: number
  /** Where requests belong; default what the store holds. */
  roster?: ReadRoster
  /** Told of a message that could not be kept, and was answered only with that. */
  onUnkept?: (error: StoreError) => void
  /** May put a decided turn into better words, soon; never rejects. Default: it is left as it is. */
  improve?: (turn: Turn, message: Message) => Promise<Turn>
}

/** A turn, and what it was computed on. */
interface Decided {
  turn: Turn
  row: SessionRow | undefined
  session: Session
  at: Date
}

/** The ids of a message's rows: made once, for whatever is found by one hashes it, and keeps it. */
interface Keys {
  turn: string
  resident: string
}

/** Of a resident, what an answer is written with besides what it is decided on. */
interface Held {
  resident: Resident | undefined
  waiting: readonly Outgoing[]
}

/**
 * How long a direct reply is given before the scheduler may say the words by itself, in ms: the platform
 * redelivers for about 15 s (three attempts of 5 s), and a redelivery is the better carrier.
 */
export const DIRECT_REPLY_MS = 20_000
/** How often a turn is computed anew when another process was faster. */
const ATTEMPTS = 4
/** At most this many waiting messages ride on one answer; the rest on the next. */
const CARRIED_LIMIT = 5
/** More than ever wait for one resident: every answer carries what waits. */
const WAITING_LIMIT = 100

/** Somebody changed the roster since it was last read. */
class RosterOutdated extends Error {}

/**
 * Takes in one message. Where nothing can be stored its answer says so; what nobody is to be answered for rejects
 * with {@link StoreError} `unavailable` then, so that the platform delivers it again.
 */
export type Receive = (message: Message) => Promise<Received>

/** Builds the one entrance for messages of every channel. */
export function createIntake(parts: IntakeParts): Receive {
  const { store, setting, now, newId, randomBelow, maxBytes, improve, onUnkept } = parts
  const { roster = createRosterReader(store) } = parts
  const inFlight = new Passing<Promise<Received>>()
  const places = createPlaces(store, roster)
  const lastOf = new Passing<Promise<unknown>>()
  const count = createPace()

  return function receive(message) {
    const key = turnKey(message)
    const running = inFlight.get(key)
    if (running) return running.then((received) => ({ ...received, decision: null }))
    const resident = residentKey(message)
    const before = lastOf.get(resident) ?? Promise.resolve()
    const turn = before
      .then(() => take(message, { turn: key, resident }))
      .catch((error: unknown) => {
        if (!isUnavailable(error)) throw error
        const answer = answerUnkept(message, setting.knowledge)
        if (!answer) throw error
        onUnkept?.(error)
        return { ...answer, outgoing: null }
      })
    const settled = turn.catch(() => undefined)
    inFlight.set(key, turn)
    lastOf.set(resident, settled)
    void settled.then(() => {
      inFlight.delete(key)
      if (lastOf.get(resident) === settled) lastOf.delete(resident)
    })
    return turn
  }

  async function take(message: Message, keys: Keys): Promise<Received> {
    // Counted once, however often it is computed, and not at all when it is only repeated.
    let counted: Pace | undefined
    const pace = (at: Date): Pace => {
      counted ??= count(keys.resident, at)
      return counted
    }
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(message, keys, pace)
      } catch (error) {
        if (error instanceof RosterOutdated) {
          await places.refresh()
          continue
        }
        const outrun = error instanceof StoreError && error.code === 'duplicate'
        if (!outrun || attempt >= ATTEMPTS) throw error
      }
    }
  }

  // Every turn of a resident writes their session, so two of them meet there whatever else they read.
  async function once(message: Message, keys: Keys, pace: (at: Date) => Pace): Promise<Received> {
    if (!improve) {
      return store.transaction(async (tx) => {
        const [decided, held] = await Promise.all([
          decide(tx, message, keys, pace),
          heldOf(tx, keys.resident),
        ])
        return 'turn' in decided ? commit(tx, message, keys, decided, held) : decided
      }, 'rows')
    }
    const decided = await decide(store, message, keys, pace)
    if (!('turn' in decided)) return decided
    const turn = await improve(decided.turn, message)
    // Better words may take seconds, in which no transaction waits.
    return store.transaction(async (tx) => {
      const [session, held] = await Promise.all([sessionOf(tx, keys.resident), heldOf(tx, keys.resident)])
      if (session?.revision !== decided.row?.revision) {
        throw new StoreError('duplicate', 'another process answered this resident meanwhile')
      }
      return commit(tx, message, keys, { ...decided, turn }, held)
    }, 'rows')
  }

  /** @throws {RosterOutdated} when the areas must be read anew first, which no transaction can */
  async function whereabouts(reader: Reader, resident: string): Promise<Pick<Moment, 'areas' | 'scene'>> {
    const [areas, known] = await Promise.all([places.heldIn(reader), reader.get('residents', resident)])
    if (!areas) throw new RosterOutdated()
    return { areas, scene: known?.scene ?? null }
  }

  /** What to say and do; or what was said, when this message was answered before. */
  async function decide(
    reader: Reader,
    message: Message,
    keys: Keys,
    pace: (at: Date) => Pace,
  ): Promise<Decided | Received> {
    const { resident } = keys
    // Asked together: of a database that is one journey there and back, not three.
    const [known, row, tickets] = await Promise.all([
      reader.get('turns', keys.turn),
      sessionOf(reader, resident),
      ticketsOf(reader, resident),
    ])
    if (known) return repeat(reader, known.outgoing)
    const at = now()
    const session = readSession(row)
    const where = session.flow === null ? NOWHERE : await whereabouts(reader, resident)
    const moment: Moment = {
      resident,
      now: at,
      pace: pace(at),
      tickets,
      // Only a flow opens tickets.
      freshNumber: session.flow === null ? '' : await freshNumber(reader, randomBelow),
      ...where,
    }
    return { turn: respond(message, session, setting, moment), row, session, at }
  }

  async function commit(
    tx: Transaction,
    message: Message,
    keys: Keys,
    { turn, row, session, at }: Decided,
    held: Held,
  ): Promise<Received> {
    const { turn: key, resident: id } = keys
    const instant = instantOf(at)
    const resident = residentAfter(held.resident, id, message, at)
    await tx.put('residents', resident)
    // In danger nothing may stand before the words that help, nor push them out of the message.
    const speaksOfElse = turn.reply !== null && turn.decision.kind !== 'danger'
    const waiting = speaksOfElse ? held.waiting : []
    const outgoing = turn.reply ? compose(turn.reply, waiting, key, id, at) : null
    const rest = outgoing?.rest ?? turn.session.rest
    const personalRest = outgoing ? outgoing.row.personal && rest !== '' : turn.session.personalRest
    const asBefore = rest === turn.session.rest && personalRest === turn.session.personalRest
    const after = asBefore ? turn.session : { ...turn.session, rest, personalRest }
    const { state, flow } = sessionColumns(after)
    await tx.insert('turns', { id: key, resident: id, outgoing: outgoing?.row.id ?? null, at: instant })
    await tx.put('sessions', {
      id,
      revision: (row?.revision ?? 0) + 1,
      state,
      flow,
      updatedAt: instant,
    })
    if (after.flow) await tx.put('unfinished', { id, forgetAt: forgetAt(after.flow) })
    else if (session.flow) await tx.remove('unfinished', id)
    if (outgoing) await tx.insert('outbox', outgoing.row)
    for (const one of waiting) await tx.put('outbox', { ...one, carrier: outgoing?.row.id ?? null })
    await applyEffects(tx, turn.effects, {
      resident,
      id: key,
      at: instant,
      seal: setting.fingerprint,
    })
    return {
      reply: outgoing ? replyOf(outgoing.row) : null,
      outgoing: outgoing?.row.id ?? null,
      decision: turn.decision,
    }
  }

  /** The same words again; what already arrived by another way is not said twice. */
  async function repeat(reader: Reader, id: string | null): Promise<Received> {
    const row = id === null ? undefined : await reader.get('outbox', id)
    const saidElsewhere = row?.state === 'accepted' && row.via !== 'reply'
    if (!row || saidElsewhere) return { reply: null, outgoing: null, decision: null }
    return { reply: replyOf(row), outgoing: row.id, decision: null }
  }

  /** One outgoing row: waiting words first, then the answer, cut to what one message holds. */
  function compose(reply: Reply, waiting: readonly Outgoing[], cause: string, resident: string, at: Date) {
    const carried = waiting.map((row) => `${WORDS.carried}\n${row.text}\n`)
    const text = [...carried, reply.text].join('\n')
    let fitted: Reply = { ...reply, text }
    let rest = ''
    if (!fits(plainText(fitted), maxBytes)) {
      const more = `\n${WORDS.more}`
      // The choices stay in the session and are shown below the last part, so some text is kept for it.
      const body = plainText({ ...fitted, choices: [] })
      const room = Math.min(maxBytes - Buffer.byteLength(more), Buffer.byteLength(body) - 1)
      const cut = firstPart(body, room)
      fitted = { text: cut.part + more, choices: [] }
      rest = cut.rest
    }
    const spoken: Reply = { ...fitted }
    if (reply.personal === true || waiting.some((one) => one.personal)) spoken.personal = true
    if (reply.pressing === true) spoken.pressing = true
    const dueAt = new Date(at.getTime() + DIRECT_REPLY_MS)
    const row = newOutgoing({ id: newId(), resident, reply: spoken, cause, at, dueAt })
    return { row, rest }
  }
}

/** Waiting words that cannot be opened stay where they are; they keep nobody from an answer. */
function nothingIfUnreadable(error: unknown): Outgoing[] {
  if (error instanceof StoreError && error.code === 'unreadable') return []
  throw error
}

/** A session that cannot be opened, e.g. damaged on disk, begins anew: nobody is left without an answer for it. */
function sessionOf(reader: Reader, id: string): Promise<SessionRow | undefined> {
  return reader.get('sessions', id).catch((error: unknown) => {
    if (error instanceof StoreError && error.code === 'unreadable') return undefined
    throw error
  })
}

async function heldOf(tx: Transaction, id: string): Promise<Held> {
  const [resident, waiting] = await Promise.all([
    tx.get('residents', id),
    unsaid(tx, id).catch(nothingIfUnreadable),
  ])
  return { resident, waiting }
}

/** Words that wait for this resident, oldest first; what an answer under way already includes is left out. */
async function unsaid(tx: Transaction, resident: string): Promise<Outgoing[]> {
  const rows = await tx.list('outbox', 'unsaid', { equals: [resident, 'waiting'], limit: WAITING_LIMIT })
  const free: Outgoing[] = []
  for (const row of rows) {
    const carrier = row.carrier === null ? undefined : await tx.get('outbox', row.carrier)
    if (carrier?.state !== 'pending' && carrier?.state !== 'waiting') free.push(row)
  }
  return free.slice(0, CARRIED_LIMIT)
}

/** What arrives without the resident having done anything. */
const BY_PLATFORM: ReadonlySet<MessageBody['kind']> = new Set(['unannounced', 'unspoken'])

/** Whoever wrote, as they are known from now on. */
export function residentAfter(known: Resident | undefined, id: string, message: Message, at: Date): Resident {
  return {
    id,
    channel: message.channel,
    address: message.from,
    // Only followers can write, tap or scan: whoever does is one, even if their following never reached us.
    following: BY_PLATFORM.has(message.body.kind) ? (known?.following ?? true) : true,
    scene: known?.scene ?? null,
    grants: granted(known?.grants ?? [], message.body, at),
    createdAt: known?.createdAt ?? instantOf(at),
    seenAt: instantOf(at),
  }
}

/** Looks closely only where the length in characters, each at most three bytes, leaves a doubt. */
const fits = (text: string, bytes: number): boolean =>
  text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes

/** The id of a resident's rows. */
export const residentKey = (message: Message) => `${message.channel}:${message.from}`
/** The id of the turn that a message leads to. */
export const turnKey = (message: Message) => `${message.channel}:${message.id}`
