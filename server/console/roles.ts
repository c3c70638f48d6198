/** Who may do what in the console: one table of roles and deeds, and one gate. Pure. */
import type { AreaTree } from '../../flows/roster/areas.ts'

export const CONSOLE_ROLES = [
  'admin',
  'editor',
  'reviewer',
  'street',
  'advisor',
  'partner',
  'auditor',
] as const
export type ConsoleRole = (typeof CONSOLE_ROLES)[number]
export const CONSOLE_ROLE_WORDS: Readonly<Record<ConsoleRole, string>> = {
  admin: '管理员',
  editor: '政策编辑',
  reviewer: '审核',
  street: '街道工作人员',
  advisor: '顾问',
  partner: '社会组织',
  auditor: '只读审计',
}

/**
 * Each deed and the roles that may do it. Somebody may have several roles; none includes another, so whoever
 * hands out accounts reads nobody's story by that alone.
 */
const MAY = {
  /** See how many requests wait. */
  'see-today': ['street', 'advisor', 'auditor'],
  /** See figures of a month or longer: of answers everybody's, of requests only with `count-requests`. */
  'see-figures': ['street', 'auditor', 'reviewer', 'editor'],
  'count-requests': ['street', 'auditor'],
  /** See requests, masked. */
  'see-requests': ['street', 'advisor', 'partner', 'auditor'],
  /** Take the list along as a file, masked as it is shown. */
  'export-requests': ['street', 'auditor'],
  /** See who it is and what they told, for a reason that is written down. */
  unmask: ['street', 'advisor'],
  /** Move a request on its way. */
  'work-on-requests': ['street', 'advisor', 'partner'],
  /** Write to a resident, and give the conversation back. */
  'write-to-residents': ['street', 'advisor'],
  /** Find residents through requests, masked, and what is kept of them. */
  'see-residents': ['street', 'advisor', 'auditor'],
  /** Enter for somebody who asks in person that their data be deleted or handed to them. */
  'enter-wishes': ['street', 'advisor'],
  /** Delete, hand out or refuse what somebody asked for. */
  'answer-wishes': ['street'],
  /** Read policies, drafts and versions. */
  'see-policies': ['editor', 'reviewer', 'street', 'auditor'],
  'edit-policies': ['editor'],
  /** Publish what somebody else wrote. */
  'publish-policies': ['reviewer'],
  /** Read what nobody could answer, and mend it. */
  'mend-answers': ['editor'],
  /** See the roster: advisors, areas, duty and leave, and where somebody is missing. */
  'see-people': ['admin', 'street', 'auditor'],
  /** See an advisor's telephone number; each time is noted. */
  'call-people': ['admin', 'street'],
  /** Change the roster, by form and by sheet, and take it along as a file. */
  'manage-people': ['admin'],
  'manage-accounts': ['admin'],
  /** Give other systems of the district keys to the API. */
  'manage-keys': ['admin'],
  'read-audit': ['admin', 'auditor'],
} as const satisfies Record<string, readonly ConsoleRole[]>

export type Deed = keyof typeof MAY
const isDeed = (name: string): name is Deed => Object.hasOwn(MAY, name)
export const DEEDS: readonly Deed[] = Object.keys(MAY).filter(isDeed)

/** What an account is entitled by. `areas` are ids, everything in and below each; none at all is everywhere. */
export interface Entitled {
  roles: readonly ConsoleRole[]
  areas: readonly string[]
}

/** The roles that let somebody do it. */
export const rolesFor = (deed: Deed): readonly ConsoleRole[] => MAY[deed]

/** Whether somebody may do it at all, somewhere. */
export function can({ roles }: Pick<Entitled, 'roles'>, deed: Deed): boolean {
  return rolesFor(deed).some((role) => roles.includes(role))
}

/** What somebody may do. */
export const deedsOf = (who: Pick<Entitled, 'roles'>): Deed[] => DEEDS.filter((deed) => can(who, deed))

/** Roles that let somebody do anything yet; no other is handed out. */
export const GIVEN_ROLES: readonly ConsoleRole[] = CONSOLE_ROLES.filter((role) =>
  DEEDS.some((deed) => rolesFor(deed).includes(role)),
)

/** Whether somebody works where it lies; what belongs to no area we know is the district's. */
export function isWithin(
  { areas: theirs }: Pick<Entitled, 'areas'>,
  area: string | null,
  tree: AreaTree,
): boolean {
  if (theirs.length === 0) return true
  if (area !== null && tree.get(area)) return theirs.some((one) => tree.isWithin(area, one))
  return theirs.some((one) => tree.get(one)?.level === 'district')
}

/** Whether everything `other` works in lies where `who` does. */
export function covers(
  who: Pick<Entitled, 'areas'>,
  other: Pick<Entitled, 'areas'>,
  tree: AreaTree,
): boolean {
  if (who.areas.length === 0) return true
  return other.areas.length > 0 && other.areas.every((area) => isWithin(who, area, tree))
}
