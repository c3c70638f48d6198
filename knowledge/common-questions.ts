/** Questions about asking for help as such, of no policy in particular: what it costs, who gets to know, whom to trust. */
import { z } from 'zod'
import { parseFrontMatter } from './policy.ts'

/** What a resident may mean by their own words instead, see flows/wishes.ts. */
const WISHES = ['human', 'thanks', 'farewell', 'who-are-you', 'policies'] as const

const id = z.string().regex(/^[a-z]+(?:-[a-z]+)*$/, '只能用小写字母和连字符')
/** Characters of an answer, as many as an answer about a policy has (design: about 120 before its source). */
const LONGEST = 120
const CommonFile = z.strictObject({
  checked: z.iso.date('要写成 2026-07-01 这样的日期'),
  questions: z.array(
    z.union([
      z.strictObject({
        id,
        answer: z.string().min(10).max(LONGEST, `最多写 ${LONGEST} 个字`),
        /** Whoever is told of a policy asks it of that one, e.g. whether somebody else may apply. */
        ofPolicy: z.literal(true).optional(),
        /** Its examples border on danger, and do not teach what sounds like none. */
        nearDanger: z.literal(true).optional(),
        /** The document that says so; none where the answer only tells of the assistant itself and of hotlines. */
        source: z
          .string()
          .startsWith('《', '要以文件名开头，如《中华人民共和国社会救助法》第六十四条')
          .optional(),
      }),
      z.strictObject({ id, ofPolicy: z.literal(true).optional(), wish: z.enum(WISHES) }),
    ]),
  ),
})
export type CommonQuestion = z.infer<typeof CommonFile>['questions'][number]
/** What some of them come to instead of an answer. */
export type CommonWish = (typeof WISHES)[number]

/**
 * Reads the list of common questions.
 *
 * @throws {InventoryError} with every fault
 */
export function parseCommonQuestions(text: string, path: string): CommonQuestion[] {
  return parseFrontMatter(text, CommonFile, path).front.questions
}

/** What is said to one of them, with its source. */
export const commonAnswer = ({ answer, source }: Extract<CommonQuestion, { answer: string }>): string =>
  source === undefined ? answer : `${answer}\n依据：${source}`
