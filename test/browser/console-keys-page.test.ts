/** Keys on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { expect, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import { NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createLog } from '../../server/log.ts'
import { assistantParts } from '../support/assistant.ts'
import { PASSWORD, passwords } from '../support/console.ts'
import { consoleAt } from '../support/console-page.ts'
import { systemAt } from '../support/district.ts'
import { memoryStore } from '../support/memory-store.ts'
import { answerTo } from '../support/request.ts'
import { serve } from '../support/world.ts'

const HOSTILE = '监测平台<img src=/x onerror="document.title=1">'

test('a key made on the page lets another system follow a request of the sandbox’s phone, until it is taken back', async () => {
  const store = memoryStore()
  const password = await passwords.hash(PASSWORD)
  await store.transaction((tx) =>
    tx.put('accounts', {
      id: 'boss',
      name: 'boss',
      roles: ['admin'],
      areas: [],
      state: 'active',
      createdAt: new Date().toISOString(),
      secrets: { ...NO_SECRETS, password },
      person: { name: '李静', advisor: null, body: null },
    }),
  )
  const { app } = createAssistant(
    assistantParts({
      config: { officialAccount: null },
      store,
      log: createLog('silent'),
      now: () => new Date(),
    }),
  )
  const base = await serve(app.callback())
  const { page, complaints } = await consoleAt(base, 'boss', '/keys')
  await page.getByText('还没有开过密钥').waitFor()
  await page.getByRole('button', { name: '开密钥' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('对方系统的名称').fill(HOSTILE)
  await form.getByRole('button', { name: '开密钥' }).click()
  await form.getByText('请至少选一样').waitFor()
  await form.getByText('取求助单的进展').click()
  await form.getByText('反馈分给本单位的事项').click()
  await form.getByLabel('单位名称').fill('区教育局')
  await form.getByRole('button', { name: '开密钥' }).click()
  const shown = page.locator('.link')
  await shown.waitFor()
  const key = (await shown.textContent()) ?? ''
  await page
    .getByRole('dialog', { name: '密钥', exact: true })
    .getByRole('button', { name: '关闭此对话框' })
    .click()
  await shown.waitFor({ state: 'detached' })
  expect(await page.content()).not.toContain(key)

  let number = ''
  for (let words = '我要求助，我爸住院花了八万，家住尧化街道尧新社区', said = 0; number === ''; ) {
    const response = await fetch(`${base}/sandbox/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resident: 'resident01',
        id: `message${++said}`,
        body: { kind: 'text', text: words },
      }),
    })
    const reply = await response.text()
    const next = answerTo(reply)
    if (next === null) number = /Q-\d+-\d/.exec(reply)?.[0] ?? 'none'
    else words = next
  }
  const system = systemAt(base, key)
  expect((await system.get('/tickets')).body['tickets']).toMatchObject([
    { number, stage: 'received', person: null },
  ])

  await page.reload()
  const row = page.getByRole('row', { name: /监测平台/ })
  await row.getByText(HOSTILE).waitFor()
  await row.getByText(/^上次 /).waitFor()
  expect(await page.locator('td img').count()).toBe(0)
  await row.getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '好' }).click()
  await row.getByRole('cell', { name: '停用', exact: true }).waitFor()
  expect((await system.get('/tickets')).status).toBe(401)

  await page.getByRole('link', { name: '操作记录' }).click()
  await page.getByRole('cell', { name: '停用密钥' }).waitFor()
  expect(complaints.filter((one) => !/status of 422 \(Unprocessable Entity\)/.test(one))).toEqual([])
})
