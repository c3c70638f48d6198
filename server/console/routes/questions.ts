/** 没答上来: what residents asked in vain, put together, each mended in a few taps. */
import { note } from '../../../bot/audit.ts'
import type { MissedQuestion } from '../../../bot/store.ts'
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { UNDO_MS } from '../../../flows/ticket/undo.ts'
import { parsePolicy } from '../../../knowledge/policy.ts'
import { fieldsOf, policyText, readFields } from '../../../knowledge/policy-text.ts'
import { PolicyDeskError } from '../../inventory/drafts.ts'
import { groupQuestions } from '../policies/question-groups.ts'
import { questionsOutput, type SETTLEMENTS, settleInput, unsettleInput } from '../policies/wire.ts'
import { Refusal } from '../refusal.ts'
import { NOTHING, type Route, route, type SignedCall } from '../route.ts'
import { doneOutput } from '../wire.ts'

/** Questions looked at: more than anybody mends in a day. */
const LOOKED_AT = 2_000
const GROUPS_SHOWN = 60
const WORDINGS_SHOWN = 5
const MAYBE = 3

const REASONS: Readonly<Record<MissedQuestion['reason'], string>> = {
  'not-found': '没找到',
  elsewhere: '当成了不归我们管的',
  unhelpful: '居民说没答对',
}
/** Where a question's words are put in a policy. */
const FIELDS = { example: 'questions', alias: 'aliases', cue: 'cues' } as const
const isField = (as: (typeof SETTLEMENTS)[number]): as is keyof typeof FIELDS => as in FIELDS

export const questionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/questions',
    needs: 'mend-answers',
    says: '没答上来、答得不对的问题，问法相近的合在一起，多的在前',
    input: NOTHING,
    output: questionsOutput,
    handle: async (_, { desk, knowledge }) => {
      const today = chinaDay(desk.now())
      const open = await desk.store.list('questions', 'byState', { equals: ['open'], limit: LOOKED_AT })
      const groups = groupQuestions(open)
      return {
        groups: groups.slice(0, GROUPS_SHOWN).map(({ questions, words }) => ({
          ids: questions.map(({ id }) => id),
          words: words.slice(0, WORDINGS_SHOWN),
          count: questions.length,
          newest: sayMoment(new Date(newestOf(questions)), today),
          reasons: [...new Set(questions.map(({ reason }) => REASONS[reason]))].join('、'),
          maybe: knowledge
            .search(words[0] ?? '', today, MAYBE)
            .map(({ policy }) => ({ id: policy.id, title: policy.title })),
        })),
        policies: [...knowledge.policies.values()].map(({ id, title }) => ({ value: id, label: title })),
        more: groups.length > GROUPS_SHOWN || open.length === LOOKED_AT,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/questions/settle',
    needs: 'mend-answers',
    says: '处理一组问题：加进一条政策的例句、别名或常用说法（放进草稿），或者记下不归我们管、已经答得上',
    input: settleInput,
    output: doneOutput,
    handle: async ({ ids, as, policy, words }, call) => {
      const put = isField(as) ? await putInto(call, FIELDS[as], policy, words) : null
      const at = call.desk.now().toISOString()
      const by = `account:${call.who.account.id}`
      await call.desk.store.transaction(async (tx) => {
        for (const id of ids) {
          const question = await tx.get('questions', id)
          if (question?.state !== 'open') continue
          await tx.put('questions', {
            ...question,
            state: 'settled',
            settled: { as, policy: put?.policy ?? null, by, at },
          })
        }
        const detail = { as, ...(put && { policy: put.policy }), count: String(ids.length) }
        await note(tx, { at, by, deed: 'changed', subject: 'table:questions', detail }, call.desk.fingerprint)
      })
      return { says: put ? `已放进“${put.title}”的草稿，送审、发布后就答得上了。` : '已处理。' }
    },
  }),
  route({
    method: 'POST',
    path: '/questions/unsettle',
    needs: 'mend-answers',
    says: '撤销自己一分钟内处理的一组问题；放进了政策草稿的，请到草稿里改',
    input: unsettleInput,
    output: doneOutput,
    handle: async ({ ids }, call) => {
      const now = call.desk.now()
      const by = `account:${call.who.account.id}`
      const since = new Date(now.getTime() - UNDO_MS).toISOString()
      const count = await call.desk.store.transaction(async (tx) => {
        const own: MissedQuestion[] = []
        for (const id of ids) {
          const one = await tx.get('questions', id)
          if (one?.settled?.by === by && one.settled.at > since && one.settled.policy === null) own.push(one)
        }
        for (const one of own) await tx.put('questions', { ...one, state: 'open', settled: null })
        const detail = { as: 'undo', count: String(own.length) }
        const noted = {
          at: now.toISOString(),
          by,
          deed: 'changed',
          subject: 'table:questions',
          detail,
        } as const
        if (own.length > 0) await note(tx, noted, call.desk.fingerprint)
        return own.length
      })
      if (count === 0) throw new Refusal('changed', '不能撤销了：过了一分钟，或者别人又处理过。')
      return { says: '撤销了。' }
    },
  }),
]

const newestOf = (questions: readonly MissedQuestion[]): string =>
  questions
    .map(({ at }) => at)
    .toSorted()
    .at(-1) ?? ''

/** Puts words into a policy's draft, making one where there is none. */
async function putInto(
  call: SignedCall,
  field: (typeof FIELDS)[keyof typeof FIELDS],
  id: string | undefined,
  words: string | undefined,
): Promise<{ policy: string; title: string }> {
  const said = words?.replace(/〔[^〕]*〕/g, '').trim() ?? ''
  if (id === undefined || said === '') throw new Refusal('bad-value', '请选一条政策，写上要加的话。')
  try {
    const { draft, published, shipped } = await call.policies.open(id)
    if (draft && draft.state !== 'draft')
      throw new Refusal('changed', '这条政策的草稿正在审核，请等审完再加，或请审核的同事退回。')
    const text = draft?.text ?? published?.text ?? shipped
    if (text === null) throw new Refusal('not-found', '没有这条政策。')
    const fields = draft ? readFields(text) : fieldsOf(parsePolicy(text, `${id}.md`))
    if (!fields) throw new Refusal('bad-value', '这份草稿要在“文本”里改，请到政策页把这句话加进去。')
    const lines = fields[field].includes(said) ? fields[field] : [...fields[field], said]
    const change = { id, revision: draft?.revision ?? 0, by: `account:${call.who.account.id}` }
    await call.policies.save({ ...change, text: policyText({ ...fields, [field]: lines }) })
    return { policy: id, title: fields.title }
  } catch (error) {
    if (error instanceof PolicyDeskError) throw new Refusal('changed', error.message)
    throw error
  }
}
