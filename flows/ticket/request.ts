/**
 * What a request for help says about a person: everything here is personal, and nothing personal is elsewhere.
 *
 * A conversation collects it, a ticket carries it, a store encrypts it whole.
 */
import { z } from 'zod'
import { readPhone } from '../facts.ts'
import { readIdNumber } from '../id-number.ts'

/** The three kinds of help: 资金, 物资, 服务 (rows 000-01, 003-04). */
export const NEEDS = ['money', 'goods', 'service'] as const
export type Need = (typeof NEEDS)[number]
export const NEED_WORDS: Readonly<Record<Need, string>> = { money: '资金', goods: '物资', service: '服务' }

const TOO_LONG = '太长了，请写短一些'
/** A short text of one line. */
const line = z.string().max(200, TOO_LONG)
const known = line.nullable()

/** A mainland mobile or landline number, digits only. */
export function isPhone(text: string): boolean {
  return readPhone(text)?.phone === text
}

export const phoneSchema = z
  .string()
  .refine(isPhone, '电话号码不对：手机号是11位数字，座机要带区号。请核对后再填')

/** Shape and checksum; whether the birthday lies in the future is asked where the day is known. */
export const idNumberSchema = z
  .string()
  .refine((text) => 'number' in readIdNumber(text, '9999-12-31') && !/[\sx]/.test(text), {
    error: '身份证号不对：应当是18位，最后一位可以是大写X。请对着证件核对后再填',
  })

export const requestFactsSchema = z.strictObject({
  /** For whom: themselves, someone of their family, a neighbour. */
  who: z.enum(['self', 'family', 'neighbour']),
  /** How that person is related to the one who writes, e.g. 母亲. */
  relation: known,
  /** 大病, 残疾, 无收入, 灾害, 孩子上学, 住房, 家暴, 其他 … */
  difficulties: z.array(line).max(20),
  /** In their own words. */
  story: z.string().max(5000, TOO_LONG),
  needs: z.array(z.enum(NEEDS)).max(3),
  /** Where they live. */
  place: line,
  /** Where they are registered (户口所在地). */
  registeredAt: known,
  name: known,
  phone: phoneSchema.nullable(),
  idNumber: idNumberSchema.nullable(),
  /** Who lives together, in their own words. */
  household: z.string().max(1000, TOO_LONG).nullable(),
  income: z.string().max(1000, TOO_LONG).nullable(),
  /** Photos of papers: what it shows, and the media's own id. */
  photos: z.array(z.strictObject({ kind: line, media: z.string().max(500) })).max(50),
  /** Who writes on behalf of the person (代办). */
  proxy: z.strictObject({ name: known, phone: phoneSchema.nullable() }).nullable(),
  anonymous: z.boolean(),
})
export type RequestFacts = z.infer<typeof requestFactsSchema>

/** The facts a person may correct afterwards, one at a time. */
export const CORRECTABLE = [
  'name',
  'phone',
  'place',
  'registeredAt',
  'idNumber',
  'household',
  'income',
] as const satisfies (keyof RequestFacts)[]
export const CORRECTABLE_WORDS: Readonly<Record<(typeof CORRECTABLE)[number], string>> = {
  name: '姓名',
  phone: '电话',
  place: '住址',
  registeredAt: '户口所在地',
  idNumber: '身份证号',
  household: '家里人',
  income: '收入',
}
