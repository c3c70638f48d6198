/** Policies on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { expect, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import type { Account } from '../../server/console/accounts/account.ts'
import { NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createLog } from '../../server/log.ts'
import { assistantParts } from '../support/assistant.ts'
import { PASSWORD, passwords } from '../support/console.ts'
import { choose, consoleAt, goWithin } from '../support/console-page.ts'
import { memoryStore } from '../support/memory-store.ts'
import { ownKnowledge, serve } from '../support/world.ts'

const ASKED = '轮椅爆胎了哪里修'
const REWORDED = '买轮椅、助听器这些器具，或者修它们，有补贴。<img src=/x onerror="document.title=1">'

test('what an editor writes and somebody else publishes is what the phone answers, and an unanswered question becomes an example', async () => {
  const store = memoryStore()
  const password = await passwords.hash(PASSWORD)
  const account = (id: string, roles: Account['roles']): Account => ({
    id,
    name: id,
    roles,
    areas: [],
    state: 'active',
    createdAt: new Date().toISOString(),
    secrets: { ...NO_SECRETS, password },
    person: { name: id === 'editor' ? '王兰' : '赵敏', advisor: null, body: null },
  })
  await store.transaction(async (tx) => {
    await tx.put('accounts', account('editor', ['editor']))
    await tx.put('accounts', account('reviewer', ['reviewer']))
  })
  const parts = assistantParts({
    config: { officialAccount: null },
    store,
    log: createLog('silent'),
    now: () => new Date(),
  })
  // One of its own: it becomes another.
  const { app } = createAssistant({ ...parts, knowledge: ownKnowledge() })
  const base = await serve(app.callback())
  let said = 0
  const phone = async (text: string): Promise<string> =>
    (
      await fetch(`${base}/sandbox/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          resident: 'resident01',
          id: `message${++said}`,
          body: { kind: 'text', text },
        }),
      })
    ).text()
  await phone(ASKED)

  const { page: editor, complaints } = await consoleAt(base, 'editor', '/policies')

  // Three taps: the question, what it becomes, done.
  await editor.getByRole('link', { name: '没答上来' }).click()
  await editor.getByText(ASKED).waitFor()
  await editor.getByRole('button', { name: '补进政策' }).click()
  await choose(editor, '哪一条政策', '残疾人辅助器具适配补贴')
  await editor.getByRole('button', { name: '放进草稿' }).click()
  await editor.getByText('没有答不上来的问题').waitFor()

  await goWithin(editor, '/policies/assistive-devices')
  await editor.getByRole('button', { name: '接着改草稿' }).click()
  await editor.getByLabel('是什么', { exact: false }).first().fill(REWORDED)
  await editor.locator('.phone .bubble').first().getByText('修它们，有补贴').waitFor()
  await editor.getByRole('button', { name: '保存草稿' }).click()
  await editor.getByText('改了什么').waitFor()
  await editor.getByLabel('为什么改').fill('说得更明白')
  await editor.getByRole('button', { name: '送审' }).click()
  await editor.getByText('等审核').first().waitFor()

  const { page: reviewer } = await consoleAt(base, 'reviewer', '/policies/assistive-devices')
  await reviewer.locator('.diff .in').first().waitFor()
  expect(await reviewer.locator('.diff .in').allTextContents()).toEqual(
    expect.arrayContaining([expect.stringContaining('修它们，有补贴'), expect.stringContaining(ASKED)]),
  )
  await reviewer.getByRole('button', { name: '现在发布' }).click()
  await reviewer.getByText('第1版').first().waitFor()
  await expect.poll(() => phone('残疾人辅助器具适配补贴是什么')).toContain('修它们，有补贴')
  expect(await phone(ASKED)).toContain('辅助器具')
  expect(await reviewer.title()).not.toBe('1')
  expect(await editor.title()).not.toBe('1')
  expect(complaints).toEqual([])
}, 60_000)
