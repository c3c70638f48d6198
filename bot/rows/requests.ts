/** Rows of requests for help. */
import type { Instant } from './talk.ts'

/** A request for help, beside the fields it is found by. `id` is its number, e.g. `Q-0412-7`. */
export interface TicketRow {
  id: string
  resident: string
  stage: string
  /** The area's id; '' when it belongs to none we know. */
  area: string
  /** The advisor who took it; '' while nobody has. */
  owner: string
  openedAt: Instant
  /** When the running promise ends; '' when none runs. */
  dueAt: Instant | ''
  updatedAt: Instant
  /** Which rules its reminders were planned by, see bot/casework.ts; 0 when they were not. */
  planned: number
  /** Its place among what platforms have been handed, see bot/marks.ts; '' since it last changed. */
  mark: string
  /** A keyed hash of the last four digits of its telephone, see bot/phone-tails.ts; '' while it was not made. */
  tail: string
  /** The whole ticket, as flows/ticket/ticket.ts defines it. */
  ticket: unknown
}

/** One way to recognise a ticket's person again without storing it plainly. */
export interface TicketKey {
  id: string
  /** `<kind>:<fingerprint>`, see {@link Fingerprint}; '' in the row that every opening for one of them writes, see bot/casework.ts. */
  key: string
  ticket: string
  at: Instant
}

/** Something that happened to a ticket. `by` is the actor's kind and id. */
export interface TicketEvent {
  id: string
  ticket: string
  at: Instant
  kind: string
  by: string
  detail: unknown
}

/** A request that was removed, so that whoever was handed it hears so. `id` is its number. */
export interface RemovedTicket {
  id: string
  area: string
  at: Instant
  /** As a ticket's. */
  mark: string
}
