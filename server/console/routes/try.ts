/** What the assistant would answer, and why. */
import { chinaDay } from '../../../flows/clocks.ts'
import { answerParts } from '../../../knowledge/answer.ts'
import { dangerAnswer } from '../../../knowledge/danger.ts'
import { partsOf } from '../../../knowledge/finding.ts'
import { tryInput, tryOutput } from '../policies/wire.ts'
import { type Route, route } from '../route.ts'

/** How many policies are told of when a question is tried. */
const TRIED = 5

export const tryRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/try',
    needs: 'see-policies',
    says: '试一问：居民这样问会得到什么，每条政策为什么被选中',
    input: tryInput,
    output: tryOutput,
    handle: async ({ text }, { desk, knowledge }) => {
      const today = chinaDay(desk.now())
      const danger = knowledge.danger(text)
      const finding = knowledge.consult(text, null, today)
      const told =
        finding.kind === 'answer'
          ? [finding.policy.id, ...(finding.more ?? []).map(({ policy }) => policy.id)]
          : finding.kind === 'clarify' || finding.kind === 'chapters' || finding.kind === 'both'
            ? finding.policies.map(({ id }) => id)
            : []
      const DECISIONS = {
        answer: '回答',
        place: '说当地怎么定',
        both: '说两样能不能一起享受没有写明',
        clarify: '请居民在几条里选',
        chapters: '列出这类人、这类难处的政策',
        hotline: '告诉热线电话',
        elsewhere: '不是社会救助的事',
        nothing: '没找到',
        wish: '按他说的办：登记求助、查进度、找人工等',
        common: '回答求助的常见问题',
      } as const
      return {
        decision: danger ? '危险：先说该打的电话' : DECISIONS[finding.kind],
        reply: danger
          ? dangerAnswer(danger, text)
          : finding.kind === 'answer'
            ? answerParts(partsOf(finding), null, today).text
            : '',
        policies: knowledge.search(text, today, TRIED).map(({ policy }) => ({
          id: policy.id,
          title: policy.title,
          why: knowledge.why(text, policy),
          chosen: told.includes(policy.id),
        })),
      }
    },
  }),
]
