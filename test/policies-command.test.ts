/** Policies as files for teams that keep them in git; run `npm run build` first, as `npm test` does. */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { projectFolder, shippedText } from '../knowledge/load.ts'
import { answerAtDesk } from '../server/desk/socket.ts'
import { isOfPolicies } from '../server/inventory/policies-desk.ts'
import { SHORT_LIVED } from './support/short-lived.ts'
import { fingerprint, openStore, temporaryFolder } from './support/world.ts'

const run = promisify(execFile)
const REWORDED = '一家人一起申请，先问街道。'
const own = shippedText('dibao') ?? ''
const reworded = own.replace('以一家人为单位申请。', REWORDED)

/** A folder as git holds it. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** The command, beside a data folder that is there. */
async function command(args: readonly string[], dataDir = temporaryFolder()) {
  mkdirSync(dataDir, { recursive: true })
  const { stdout, code } = await run(
    process.execPath,
    [...SHORT_LIVED, join(projectFolder(), 'dist/server/policies.js'), ...args],
    { cwd: temporaryFolder(), env: { DATA_DIR: dataDir } },
  ).then(
    ({ stdout: said }) => ({ stdout: said, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => ({
      stdout: error.stdout + error.stderr,
      code: error.code,
    }),
  )
  return { said: stdout, code, dataDir }
}

describe('policies at the desk', () => {
  async function desk() {
    const store = await openStore()
    const now = () => new Date('2026-11-22T01:00:00Z')
    const ask = (asked: unknown) =>
      answerAtDesk({ store, fingerprint, now, newId: () => 'id' }, { user: 'root', sudo: null, asked })
    const bring = (files: Record<string, string>, apply: boolean) =>
      ask({
        policies: 'import',
        apply,
        files: Object.entries(files).map(([id, text]) => ({ id, text })),
      })
    return { store, ask, bring }
  }

  test('are told from whatever else is asked there', () => {
    expect([isOfPolicies({ policies: 'texts' }), isOfPolicies({ people: 'list' })]).toEqual([true, false])
  })

  test('become drafts of a command only when told to, to the byte, and never more than drafts', async () => {
    const { store, bring } = await desk()
    const files = { dibao: reworded, tekun: shippedText('tekun') ?? '', 'heating-aid': own }
    expect(await bring(files, false)).toBe(
      '会改现有的 1 条：dibao\n一样 1 条\n新的 1 条：heating-aid\n还没有改动。看过没有问题，就加上 --yes 再运行一次。',
    )
    expect(await store.get('policy_drafts', 'dibao')).toBeUndefined()
    expect(await bring(files, true)).toContain('已做成草稿')
    expect(await store.get('policy_drafts', 'dibao')).toMatchObject({
      text: reworded,
      author: 'command:root',
      state: 'draft',
    })
    expect(await store.get('policies', 'dibao')).toBeUndefined()
    expect(await bring(files, true)).toBe('一样 3 条\n没有要改的。')
  })

  test('leave alone what somebody writes in the console, and names that are none', async () => {
    const { store, bring } = await desk()
    await bring({ dibao: reworded }, true)
    const draft = await store.get('policy_drafts', 'dibao')
    if (!draft) throw new Error('no draft')
    await store.transaction((tx) =>
      tx.put('policy_drafts', { ...draft, author: 'account:wang', text: '别人写的' }),
    )
    expect(await bring({ dibao: own, '../etc': own }, true)).toContain('已有别人的草稿，没有动 1 条：dibao')
    expect((await store.get('policy_drafts', 'dibao'))?.text).toBe('别人写的')
  })

  test('are told with what was published before what the program brought', async () => {
    const { store, ask } = await desk()
    await store.transaction((tx) =>
      tx.put('policies', { id: 'dibao', number: 1, text: reworded, at: '', mark: '' }),
    )
    const texts: Record<string, string> = JSON.parse(await ask({ policies: 'texts' }))
    expect([texts['dibao'], texts['tekun']]).toEqual([reworded, shippedText('tekun')])
  })
})

describe('the command', { timeout: 60_000 }, () => {
  test('writes files that are the same to the byte, and finds nothing to change when they come back', async () => {
    const folder = join(temporaryFolder(), 'policies')
    const { dataDir, said } = await command(['export', folder])
    expect(said).toContain('写好')
    for (const name of readdirSync(folder))
      expect(readFileSync(join(folder, name), 'utf8')).toBe(shippedText(name.replace('.md', '')))
    expect((await command(['import', folder, '--yes'], dataDir)).said).toContain('没有要改的')
  })

  test('checks files: a fault by its file and line, with an exit that fails', async () => {
    const broken = folderOf({ 'dibao.md': own.replace('## 是什么', '## 这是啥') })
    const { said, code } = await command(['check', broken])
    expect([code, said]).toEqual([1, expect.stringMatching(/dibao\.md:\d+: .*没有「这是啥」这个小标题/)])
    expect(await command(['check', folderOf({ 'dibao.md': reworded })])).toMatchObject({
      code: 0,
      said: '1 个文件，没有错。\n',
    })
  })

  test('that is written wrongly says what is wrong, and how it is written', async () => {
    const { said, code } = await command(['import'])
    expect([code, said]).toEqual([1, expect.stringMatching(/要写是哪个文件夹[\s\S]*npm run policies/)])
  })
})

describe('npm run ask', { timeout: 60_000 }, () => {
  test('answers with what is published where there is a data folder', async () => {
    const { openLowdbStore } = await import('../server/store/lowdb.ts')
    const folder = join(temporaryFolder(), 'data')
    const store = await openLowdbStore(folder, { log: { warn: () => {}, error: () => {} } })
    await store.transaction((tx) =>
      tx.put('policies', { id: 'dibao', number: 1, text: reworded, at: '', mark: '' }),
    )
    await store.close()
    const args = [...SHORT_LIVED, join(projectFolder(), 'dist/server/ask.js'), '低保是什么']
    const { stdout } = await run(process.execPath, args, {
      cwd: temporaryFolder(),
      env: { DATA_DIR: folder },
    })
    expect(stdout).toContain(REWORDED)
  })
})
