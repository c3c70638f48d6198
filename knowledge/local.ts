/**
 * Figures that differ by place: what an area set, from when, and by which document.
 *
 * One Markdown file per area in knowledge/local/; a policy's answer adds a figure only when its area is the
 * resident's, and always with its date. Without one the answer says that it differs by place.
 */
import { z } from 'zod'
import { type Fault, InventoryError, parseFrontMatter, webLink } from './policy.ts'

const date = z.iso.date('要写成 2026-07-01 这样的日期')

const LocalValue = z.strictObject({
  /** The policy it belongs to. */
  policy: z.string().min(1),
  /** What the figure is, e.g. 低保标准. */
  name: z.string().min(1),
  /** The figure with its unit, as told, e.g. 每人每月1090元. */
  value: z.string().min(1),
  from: date,
  until: date.nullable().default(null),
  document: z.string().min(2),
  number: z.string().nullable().default(null),
  link: webLink.nullable().default(null),
})
export type LocalValue = z.infer<typeof LocalValue>

const LocalFile = z.strictObject({
  /** The area's full name, e.g. 南京市栖霞区. */
  area: z.string().min(2),
  /** Other names by which residents call it. */
  aliases: z.array(z.string().min(2)).default([]),
  /** Whom to ask there. */
  phones: z
    .array(z.strictObject({ name: z.string(), number: z.string().regex(/^[\d-]{3,20}$/) }))
    .default([]),
  values: z.array(LocalValue).default([]),
})
export type LocalArea = z.infer<typeof LocalFile>

/**
 * Reads one area's file.
 *
 * @throws {InventoryError} with every fault
 */
export function parseLocal(text: string, path: string): LocalArea {
  const { front: area } = parseFrontMatter(text, LocalFile, path)
  const faults: Fault[] = area.values
    .filter((value) => value.until !== null && value.until < value.from)
    .map((value) => ({ path, line: 2, problem: `${value.name} 的截止日早于开始日` }))
  if (faults.length > 0) throw new InventoryError(faults)
  return area
}

/** The figures of a policy in force in an area on a day, the newest of each name. */
export function localValues(area: LocalArea, policy: string, day: string): LocalValue[] {
  const newest = new Map<string, LocalValue>()
  for (const value of area.values) {
    if (value.policy !== policy || value.from > day || (value.until !== null && value.until < day)) continue
    const known = newest.get(value.name)
    if (!known || known.from < value.from) newest.set(value.name, value)
  }
  return [...newest.values()]
}
