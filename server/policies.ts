/** `npm run policies`: policies as files for teams that keep them in git, through the running server or by itself. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { loadInventory } from '../knowledge/load.ts'
import { faultText, InventoryError } from '../knowledge/policy.ts'
import { askDesk, tellFault } from './desk/ask.ts'
import { PolicyDeskError } from './inventory/drafts.ts'
import { textsSchema } from './inventory/policies-desk.ts'

const USAGE = `政策文件：npm run policies -- …

  export <文件夹>
      把居民现在看到的政策写成文件，一条一个 <编号>.md，和 knowledge/policies 里的一样
  check <文件夹>
      看里面的文件有没有错；有错的写明文件和行，并以 1 结束
  import <文件夹> [--yes]
      和现在不一样的做成草稿；先说会改什么，加 --yes 才做。草稿要在后台送审、由另一位同事发布
`

async function main([doing = '', folder, ...flags]: readonly string[]): Promise<void> {
  const apply = flags.includes('--yes')
  const known = doing === 'import' ? ['--yes'] : []
  const isHelp = doing === '' || doing === '--help' || doing === '帮助'
  if (isHelp) {
    process.stdout.write(USAGE)
    return
  }
  const extra = flags.find((flag) => !known.includes(flag))
  if (!['export', 'check', 'import'].includes(doing)) return misread(`没有「${doing}」这个命令。`)
  if (folder === undefined) return misread(`${doing} 要写是哪个文件夹。`)
  if (extra !== undefined) return misread(`${doing} 没有「${extra}」这个写法。`)
  if (doing === 'export') return exportTo(folder)
  const files = filesIn(folder)
  if (doing === 'check') return check(folder, files)
  const { text } = await askDesk({ policies: 'import', files, apply })
  process.stdout.write(`${text}\n`)
}

/** Says what could not be done and what can, and ends as a command that was not done. */
function misread(problem: string): void {
  process.stderr.write(`${problem}\n${USAGE}`)
  process.exitCode = 1
}

async function exportTo(folder: string): Promise<void> {
  const { text } = await askDesk({ policies: 'texts' })
  const texts = Object.entries(textsSchema.parse(JSON.parse(text)))
  mkdirSync(folder, { recursive: true })
  for (const [id, policy] of texts) writeFileSync(join(folder, `${id}.md`), policy)
  process.stdout.write(`写好 ${texts.length} 条政策，在 ${folder}\n`)
}

interface PolicyFile {
  id: string
  text: string
}

/** @throws {PolicyDeskError} when there are none */
function filesIn(folder: string): PolicyFile[] {
  let names: string[]
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .sort()
  } catch {
    throw new PolicyDeskError('wrong-id', `${folder}：没有这个文件夹，请核对路径`)
  }
  if (names.length === 0) throw new PolicyDeskError('wrong-id', `${folder}：里面没有 .md 的政策文件`)
  return names.map((name) => ({ id: basename(name, '.md'), text: readFileSync(join(folder, name), 'utf8') }))
}

/** Beside the program's own policies, which they may name. */
function check(folder: string, files: readonly PolicyFile[]): void {
  try {
    loadInventory(undefined, new Map(files.map(({ id, text }) => [id, text])))
    process.stdout.write(`${files.length} 个文件，没有错。\n`)
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    for (const fault of error.faults)
      process.stdout.write(`${faultText({ ...fault, path: join(folder, basename(fault.path)) })}\n`)
    process.exitCode = 1
  }
}

main(process.argv.slice(2)).catch(tellFault)
