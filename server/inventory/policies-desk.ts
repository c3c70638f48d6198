/** What whoever keeps policies in git asks: all that residents are told as files, and files back as drafts. */
import { z } from 'zod'
import type { Doer } from '../../bot/audit.ts'
import type { PolicyDraft } from '../../bot/store.ts'
import { loadInventory, shippedText } from '../../knowledge/load.ts'
import { POLICY_ID } from '../../knowledge/policy.ts'
import type { Desk } from '../desk/desk.ts'
import { PolicyDeskError, saveDraft } from './drafts.ts'
import { readPublished } from './texts.ts'

const file = z.strictObject({ id: z.string().max(100), text: z.string().max(100_000) })
const request = z.discriminatedUnion('policies', [
  /** The texts residents are told, as {@link textsSchema}. */
  z.strictObject({ policies: z.literal('texts') }),
  /** Makes drafts of what differs; without `apply` it is only said. */
  z.strictObject({ policies: z.literal('import'), files: z.array(file).max(5000), apply: z.boolean() }),
])
export type PolicyRequest = z.infer<typeof request>
export const textsSchema = z.record(z.string(), z.string())

/** Whether something asked at the door is about policies. */
export const isOfPolicies = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && 'policies' in given

/**
 * Does what is asked, and says how it went.
 *
 * @param given a {@link PolicyRequest} that came from outside
 * @throws {PolicyDeskError} in words for whoever asked
 */
export async function atPolicyDesk(desk: Desk, given: unknown, doer: Doer): Promise<string> {
  const asked = request.safeParse(given)
  if (!asked.success)
    throw new PolicyDeskError('wrong-id', '这条命令看不懂，请运行 npm run policies -- --help 看写法。')
  if (asked.data.policies === 'texts') return JSON.stringify(Object.fromEntries(await toldTexts(desk)))
  return importFiles(desk, asked.data, doer)
}

/** What residents are told, by the policy's id: what was published, before what the program brought. */
async function toldTexts({ store }: Desk): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const { id } of loadInventory().policies) texts.set(id, shippedText(id) ?? '')
  for (const [id, text] of await readPublished(store)) texts.set(id, text)
  return texts
}

type Outcome = 'new' | 'changed' | 'same' | 'held' | 'refused'
const WORDS: Readonly<Record<Outcome, string>> = {
  new: '新的',
  changed: '会改现有的',
  same: '一样',
  held: '已有别人的草稿，没有动',
  refused: '用不了',
}
const NOT_YET = '还没有改动。看过没有问题，就加上 --yes 再运行一次。'
const DONE = '已做成草稿。请在后台送审，由另一位同事发布，居民才看到。'

async function importFiles(
  desk: Desk,
  { files, apply }: Extract<PolicyRequest, { policies: 'import' }>,
  { by }: Doer,
): Promise<string> {
  const { store, fingerprint: seal, now } = desk
  const told = await toldTexts(desk)
  const found = new Map<Outcome, string[]>()
  const put = (outcome: Outcome, words: string) => found.set(outcome, [...(found.get(outcome) ?? []), words])
  for (const { id, text } of files) {
    const draft = POLICY_ID.test(id) ? await store.get('policy_drafts', id) : undefined
    const outcome = outcomeOf(id, text, told.get(id), draft)
    if (!apply || outcome === 'same' || outcome === 'held' || outcome === 'refused') {
      put(outcome, id)
      continue
    }
    try {
      const written = { id, revision: draft?.revision ?? 0, by, text, doubts: [], left: [] }
      await saveDraft({ store, seal, now }, written)
      put(outcome, id)
    } catch (error) {
      if (!(error instanceof PolicyDeskError)) throw error
      put('refused', `${id}（${error.message}）`)
    }
  }
  const lines = [...found].map(([outcome, ids]) =>
    outcome === 'same'
      ? `${WORDS[outcome]} ${ids.length} 条`
      : `${WORDS[outcome]} ${ids.length} 条：${ids.join('、')}`,
  )
  const makes = found.has('new') || found.has('changed')
  return [...lines, ...(makes ? [apply ? DONE : NOT_YET] : ['没有要改的。'])].join('\n')
}

/** A draft that a command made may be replaced by a command; one that somebody writes in the console may not. */
function outcomeOf(
  id: string,
  text: string,
  told: string | undefined,
  draft: PolicyDraft | undefined,
): Outcome {
  if (!POLICY_ID.test(id)) return 'refused'
  if (text === draft?.text || (text === told && !draft)) return 'same'
  if (draft && !draft.author.startsWith('command:')) return 'held'
  return told === undefined && !draft ? 'new' : 'changed'
}
