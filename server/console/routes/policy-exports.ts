/** Policies taken along: one as Word or Markdown, a list as Excel or as files. All of it is public. */
import { setImmediate } from 'node:timers/promises'
import { chinaDay } from '../../../flows/clocks.ts'
import { COLUMNS, rowOf } from '../../../knowledge/notice/sheet.ts'
import { fieldsOf, type PolicyFields, readFields } from '../../../knowledge/policy-text.ts'
import { policyDocument } from '../../inventory/policy-document.ts'
import { DOCUMENT, MARKDOWN, WORKBOOK, ZIP } from '../paths.ts'
import { listPolicies, type PolicyFilter } from '../policies/list.ts'
import { liveText, orRefusePolicy, parsedOf } from '../policies/view.ts'
import { policiesInput, policyInput } from '../policies/wire.ts'
import { Refusal } from '../refusal.ts'
import { FileAnswer, fileRoute, type Route, type SignedCall } from '../route.ts'

const filter = policiesInput.omit({ cursor: true })
/** Worked on before others get their turn. */
const AT_ONCE = 20

interface Taken {
  id: string
  text: string
  /** Null where a form cannot hold what is written. */
  fields: PolicyFields | null
}

const fieldsIn = (text: string, id: string): PolicyFields | null => {
  const { policy } = parsedOf(text, id)
  return policy ? fieldsOf(policy) : readFields(text)
}

/** Of each what residents are told; of one that is not told yet its draft. */
async function* taken(asked: PolicyFilter, call: SignedCall): AsyncGenerator<Taken> {
  let count = 0
  for (const { id } of await listPolicies(asked, call)) {
    const file = await call.policies.open(id)
    const text = liveText(file) ?? file.draft?.text
    if (text !== undefined) yield { id, text, fields: fieldsIn(text, id) }
    if (++count % AT_ONCE === 0) await setImmediate()
  }
}

/** One as its page shows it: the draft where there is one. */
async function shown(id: string, call: SignedCall): Promise<Taken & { isDraft: boolean }> {
  const file = await orRefusePolicy(call.policies.open(id))
  const text = file.draft?.text ?? liveText(file)
  if (text === null) throw new Refusal('not-found', '没有这条政策。')
  return { id, text, fields: fieldsIn(text, id), isDraft: file.draft !== null }
}

/** What no file's name may hold on Windows. */
const fileName = (title: string): string => title.replace(/[\\/:*?"<>|\p{Cc}]/gu, '').slice(0, 80) || '政策'

export const policyExportRoutes: readonly Route[] = [
  fileRoute({
    path: '/policy-exports/excel',
    needs: 'see-policies',
    says: '政策列表的 Excel，照筛选的；和导入的样表一样的列，导回来什么都不变',
    input: filter,
    gives: [WORKBOOK],
    handle: async (asked, call) => {
      const rows: string[][] = []
      let unfit = 0
      for await (const { fields } of taken(asked, call)) {
        if (fields) rows.push(rowOf(fields))
        else unfit++
      }
      const columns = COLUMNS.map(({ name, width }) => ({ name, width }))
      return new FileAnswer({
        name: '政策.xlsx',
        type: WORKBOOK,
        bytes: await call.makeWorkbook([{ name: '政策', columns, headed: true, rows }]),
        note: unfit === 0 ? null : `有 ${unfit} 条的写法表格装不下，没有放进去；要全部请导出 Markdown。`,
      })
    },
  }),
  fileRoute({
    path: '/policy-exports/markdown',
    needs: 'see-policies',
    says: '政策列表的 Markdown 文件，照筛选的，一条一个，装在 ZIP 里；和 knowledge/policies 里的文件一样',
    input: filter,
    gives: [ZIP],
    handle: async (asked, call) => {
      const { zip } = await import('fflate')
      const files: Record<string, Uint8Array> = {}
      for await (const { id, text } of taken(asked, call)) files[`${id}.md`] = Buffer.from(text)
      const bytes = await new Promise<Uint8Array>((resolve, reject) => {
        // Packed by whoever gets it, or not at all: a thousand take a second of this thread otherwise.
        zip(files, { level: 0, mtime: call.desk.now() }, (error, packed) =>
          error ? reject(error) : resolve(packed),
        )
      })
      return new FileAnswer({ name: '政策.zip', type: ZIP, bytes: Buffer.from(bytes) })
    },
  }),
  fileRoute({
    path: '/policies/:id/word',
    needs: 'see-policies',
    says: '一条政策的 Word 文档；有草稿的是草稿',
    input: policyInput,
    gives: [DOCUMENT],
    handle: async ({ id }, call) => {
      const { fields, isDraft } = await shown(id, call)
      if (!fields) throw new Refusal('bad-value', '这份草稿的写法 Word 装不下，请导出 Markdown。')
      const note = `${isDraft ? '草稿，还没有发布。' : ''}${chinaDay(call.desk.now())} 从救助顾问导出`
      const name = `${fileName(fields.title)}${isDraft ? '（草稿）' : ''}.docx`
      return new FileAnswer({ name, type: DOCUMENT, bytes: await policyDocument(fields, note) })
    },
  }),
  fileRoute({
    path: '/policies/:id/markdown',
    needs: 'see-policies',
    says: '一条政策的 Markdown 文件；有草稿的是草稿',
    input: policyInput,
    gives: [MARKDOWN],
    handle: async ({ id }, call) => {
      const { text } = await shown(id, call)
      return new FileAnswer({ name: `${id}.md`, type: MARKDOWN, bytes: Buffer.from(text) })
    },
  }),
]
