/** The numbers residents may call, and which of them a message asks for. */
import { z } from 'zod'
import { parseFrontMatter } from './policy.ts'

const HotlineFile = z.strictObject({
  checked: z.iso.date('要写成 2026-07-01 这样的日期'),
  hotlines: z.array(
    z.strictObject({
      number: z.string().regex(/^\d{3,6}$/, '要写短号'),
      name: z.string().min(2),
      /** What it is for. */
      for: z.string().min(2),
      hours: z.string().min(2),
      /** How people call it when they ask for its number. */
      words: z.array(z.string().min(2)).min(1),
    }),
  ),
})
export type Hotline = z.infer<typeof HotlineFile>['hotlines'][number]

/**
 * Reads the list of hotlines.
 *
 * @throws {InventoryError} with every fault
 */
export function parseHotlines(text: string, path: string): Hotline[] {
  return parseFrontMatter(text, HotlineFile, path).front.hotlines
}

const ASKS_NUMBER = /电话|热线|号码|打几|打多少|拨/

/**
 * The hotline a message asks for: by its number (「12356是干什么的」) or by its name (「妇联电话多少」); null when it
 * asks for none.
 */
export function askedHotline(text: string, hotlines: readonly Hotline[]): Hotline | null {
  const plain = text.normalize('NFKC')
  const numbers: string[] = plain.match(/(?<!\d)\d{3,6}(?!\d)/g) ?? []
  const byNumber = hotlines.find(({ number }) => numbers.includes(number))
  if (byNumber && /什么|啥|干嘛|哪|谁|是不是|能打|收费|几点|吗|^[\d\s]+$/.test(plain)) return byNumber
  if (!ASKS_NUMBER.test(plain) || plain.length > 24) return null
  return hotlines.find(({ name, words }) => [name, ...words].some((word) => plain.includes(word))) ?? null
}

/** The answer about one hotline. */
export const hotlineAnswer = ({ number, name, for: purpose, hours }: Hotline) =>
  `${name} ${number}：${purpose}。${hours}。直接拨这个号码就行；打不通可以打 12345 转接。`
