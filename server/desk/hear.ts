/** How a page hands on a line of an advisor's; see bot/advisor/turn.ts. */
export type Hear = (line: {
  /** Unique among all lines; the same one again does nothing more. */
  id: string
  advisor: string
  words: string
  place: 'private' | 'group'
}) => Promise<{ text: string; ticket: string | null }>
