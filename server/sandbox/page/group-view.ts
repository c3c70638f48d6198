/** The advisors' group as it goes from the sandbox to its page, which reads it and does not believe it. */

export interface GroupView {
  time: { at: number; says: string; pretended: boolean; jumps: { key: string; label: string }[] } | null
  advisors: { id: string; name: string; what: string }[]
  posts: Post[]
}

export interface Post {
  id: string
  /** When, in milliseconds since 1970, and as people say it. */
  at: number
  when: string
  /** The name of who wrote it; null for the assistant. */
  from: string | null
  /** The names of those it was for alone; null for the whole group. */
  to: string[] | null
  text: string
  danger: boolean
  card: TapCard | null
  /** The request whose page belongs to it. */
  ticket: string | null
}

export interface TapCard {
  ticket: string
  title: string
  lines: { name: string; value: string }[]
  buttons: { key: string; text: string }[]
  /** What became of it since; '' while it waits. */
  state: string
}
