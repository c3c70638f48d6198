/** Photos of papers: for whoever has the ticket, and only pictures. */
import { isTheirs } from '../../flows/advisor/sight.ts'
import type { Ticket } from '../../flows/ticket/ticket.ts'
import { bared, type PictureType } from '../picture.ts'
import type { Visitor } from './look.ts'

/** The bytes of a medium that is kept here; null when it is not. */
export type ReadPhoto = (mediaId: string) => Promise<Buffer | null>

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png' } as const satisfies Record<PictureType, string>

export interface Photo {
  type: PictureType
  /** Of a file's name. */
  ending: string
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
  // Looked at again, whatever it was when it was kept: anything else might be a page that runs.
  const picture = bytes && bared(bytes)
  return picture && { ...picture, ending: ENDINGS[picture.type] }
}
