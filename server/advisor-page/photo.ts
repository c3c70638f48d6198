/** Photos of papers: for whoever has the ticket, and only pictures. */
import { isTheirs } from '../../flows/sight.ts'
import type { Ticket } from '../../flows/ticket.ts'
import type { Visitor } from './look.ts'

/** The bytes of a medium that is kept here; null when it is not. */
export type ReadPhoto = (mediaId: string) => Promise<Buffer | null>

/** What each kind of picture begins with. Anything else might be a page that runs. */
const KINDS: readonly [string, readonly number[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
]

export interface Photo {
  type: string
  bytes: Buffer
}

/** @param place which photo of the ticket, from 0 */
export async function photoOf(
  ticket: Ticket,
  place: number,
  { advisor, roster, now }: Visitor,
  readPhoto: ReadPhoto,
): Promise<Photo | null> {
  const photo = ticket.personal.facts.photos[place]
  if (!photo || !isTheirs(advisor, ticket, roster, now)) return null
  const bytes = await readPhoto(photo.media)
  const kind = bytes && KINDS.find(([, start]) => start.every((byte, at) => bytes[at] === byte))
  return bytes && kind ? { type: kind[0], bytes } : null
}
