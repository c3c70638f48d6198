/**
 * Messages whose answer is not there in time. An empty answer tells the platform that we have the message, so that it
 * never sends it again: it is kept first (bot/taken.ts), and then seen through, by this process or whichever follows.
 */
import type { Receive, Received } from '../bot/intake.ts'
import type { Message, Reply } from '../bot/message.ts'
import { isUnavailable, type Job, type Store, StoreError } from '../bot/store.ts'
import { giveUp, keepTaken, letGo, type Taken, TRIES, takenOf } from '../bot/taken.ts'

/** How long keeping a message may take, in ms: with the deadline before it still less than the platform's 5 s. */
export const TAKE_MS = 400

/**
 * What the platform knows of a message: it counts on us (`acknowledged`), it will deliver it again (`refused`), or it
 * has counted on us for some time (`again`).
 */
export type Standing = 'acknowledged' | 'refused' | 'again'

/** Who sends messages, and how one of theirs is seen through. `Said` is what its turn comes to. */
export interface Senders<Sent, Said> {
  taken(message: Sent): Taken
  /** Takes it in, joins the turn under way, or says again what was said. */
  hear(message: Sent): Promise<Said>
  /** Whether the turn was committed; what was not must be heard again. */
  isCommitted(said: Said): boolean
  /** Sends the answer as a message of its own, unless a delivery to come brings it. */
  speak(message: Sent, said: Said, standing: Standing): Promise<void>
  /** Its turn fails and would fail again: whoever sent it is told so. */
  giveUp(message: Sent): Promise<void>
}

export interface Late {
  /**
   * Keeps a message whose turn takes too long for its own response, and sees to it that its answer is sent.
   *
   * @throws {StoreError} `unavailable` when it cannot be kept in time: it must not be acknowledged, so that it is
   *   delivered again
   */
  take<Sent, Said>(senders: Senders<Sent, Said>, message: Sent, turn: Promise<Said>): Promise<void>
  /** Hears a message that no platform delivers twice: it is kept before its turn begins, if anything can be. */
  hearOnce<Sent, Said>(senders: Senders<Sent, Said>, message: Sent): Promise<Said>
  /**
   * Hears a message that was kept and whose turn is not there yet.
   *
   * @throws {StoreError} `unavailable` when it is to be tried again later
   */
  hearAgain<Sent, Said>(
    senders: Senders<Sent, Said>,
    message: Sent,
    job: Pick<Job, 'attempts'>,
  ): Promise<void>
}

/** @param onFailed told of turns that failed */
export function createLate(store: Store, now: () => Date, onFailed: (error: unknown) => void): Late {
  /** @returns whether it is kept */
  const keep = (taken: Taken): Promise<boolean> =>
    keepTaken(store, taken, now()).then(
      () => true,
      () => false,
    )
  const release = ({ turn }: Taken): Promise<void> => letGo(store, turn.id)
  /** By their turns, messages that are heard and answered by whoever took them in; whether nothing will be left to do. */
  const heardOnce = new Map<string, Promise<boolean>>()

  /** @returns whether nothing is left to be done about it */
  async function seeThrough<Sent, Said>(
    senders: Senders<Sent, Said>,
    message: Sent,
    turn: Promise<Said>,
    standing: Standing,
  ): Promise<boolean> {
    let said: Said
    try {
      said = await turn
    } catch (error) {
      onFailed(error)
      if (isUnavailable(error)) return false
      await senders.giveUp(message)
      return true
    }
    await senders.speak(message, said, standing)
    return senders.isCommitted(said)
  }

  return {
    async take(senders, message, turn) {
      const taken = senders.taken(message)
      const keeping = keep(taken)
      const isKept = (await within(TAKE_MS, keeping)) === true
      const standing = isKept ? 'acknowledged' : 'refused'
      const seen = async (): Promise<void> => {
        const isDone = await seeThrough(senders, message, turn, standing)
        // What was kept too late to be acknowledged must go as well, or it would be heard once more.
        if ((await keeping) && isDone) await release(taken)
      }
      seen().catch(onFailed)
      if (!isKept)
        throw new StoreError('unavailable', 'a message whose turn is slow could not be kept in time')
    },
    async hearOnce(senders, message) {
      const taken = senders.taken(message)
      await keep(taken)
      const hearing = senders.hear(message)
      // Whoever hears of a failure that is ours tells the sender.
      const ending = hearing.then(
        (said) => senders.isCommitted(said),
        (error: unknown) => !isUnavailable(error),
      )
      const { id } = taken.turn
      heardOnce.set(id, ending)
      const isDone = await ending
      heardOnce.delete(id)
      if (isDone) void release(taken).catch(onFailed)
      return hearing
    },
    async hearAgain(senders, message, { attempts }) {
      const taken = senders.taken(message)
      const own = heardOnce.get(taken.turn.id)
      const isDone = own
        ? await own
        : attempts > TRIES
          ? await senders.giveUp(message).then(() => true)
          : await seeThrough(senders, message, senders.hear(message), 'again')
      if (!isDone) throw new StoreError('unavailable', 'a message that was kept cannot be answered yet')
      await release(taken)
    },
  }
}

export interface ResidentsParts {
  store: Store
  receive: Receive
  now: () => Date
  newId: () => string
  /** The row's words are to be pushed. */
  onMissed: (outgoing: string) => void
  /** Words that no row remembers. */
  onUntold: (message: Message, reply: Reply) => void
  /** What is said to a message whose turn failed; null when there is nobody to tell. */
  onFailed: (message: Message) => Reply | null
}

/** Residents on every channel. */
export function residents(parts: ResidentsParts): Senders<Message, Received> {
  const { store, receive, now, newId, onMissed, onUntold, onFailed } = parts
  return {
    taken: takenOf,
    hear: receive,
    isCommitted: ({ reply, outgoing }) => outgoing !== null || reply === null,
    async speak(message, { reply, outgoing }, standing) {
      if (outgoing !== null) {
        // Otherwise the row waits a while for the delivery to come, and is pushed if none does.
        if (standing !== 'refused') onMissed(outgoing)
      } else if (reply && standing !== 'again') onUntold(message, reply)
    },
    giveUp: (message) => giveUp(store, message, { reply: onFailed(message), now: now(), newId }),
  }
}

/** What came in time, `late`, or the error it failed with. */
export function within<T>(ms: number, coming: Promise<T>): Promise<T | 'late' | Error> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms, 'late')
    const settle = (outcome: T | Error) => {
      clearTimeout(timer)
      resolve(outcome)
    }
    coming.then(settle, (error: unknown) =>
      settle(error instanceof Error ? error : new Error('turn failed', { cause: error })),
    )
  })
}
