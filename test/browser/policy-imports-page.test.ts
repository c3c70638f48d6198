/** Policies brought in on the console's page, in a real browser; run `npm run build` first, as `npm run test:browser` does. */
import { expect, test } from 'vitest'
import { createAssistant } from '../../server/assistant.ts'
import { type Account, NO_SECRETS } from '../../server/console/accounts/account.ts'
import { createLog } from '../../server/log.ts'
import { assistantParts } from '../support/assistant.ts'
import { PASSWORD, passwords } from '../support/console.ts'
import { consoleAt, goWithin } from '../support/console-page.ts'
import { memoryStore } from '../support/memory-store.ts'
import { sheetOf } from '../support/policy-sheets.ts'
import { ownKnowledge, serve } from '../support/world.ts'

/** Where staff work, and an editor on a page of theirs. */
async function office() {
  const store = memoryStore()
  const account: Account = {
    id: 'editor',
    name: 'editor',
    roles: ['editor'],
    areas: [],
    state: 'active',
    createdAt: new Date().toISOString(),
    secrets: { ...NO_SECRETS, password: await passwords.hash(PASSWORD) },
    person: { name: '王兰', advisor: null, body: null },
  }
  await store.transaction((tx) => tx.put('accounts', account))
  const parts = assistantParts({
    config: { officialAccount: null },
    store,
    log: createLog('silent'),
    now: () => new Date(),
  })
  const { app } = createAssistant({ ...parts, knowledge: ownKnowledge() })
  const base = await serve(app.callback())
  const { page, complaints } = await consoleAt(base, 'editor', '/policies')
  await page.getByRole('link', { name: '导入', exact: true }).click()
  await page.getByRole('heading', { name: '导入政策' }).waitFor()
  return { store, base, page, complaints }
}

const drafts = async (store: ReturnType<typeof memoryStore>): Promise<number> => {
  let count = 0
  for await (const _ of store.scan('policy_drafts')) count++
  return count
}

test('forty policies of an Excel sheet are looked at, picked and made drafts; a page closed halfway loses none', async () => {
  const { store, base, page, complaints } = await office()
  await page
    .getByLabel('选政策文件')
    .setInputFiles({ name: '惠民政策40条.xlsx', mimeType: '', buffer: await sheetOf(40) })
  await page.getByRole('heading', { name: '惠民政策40条.xlsx' }).waitFor()
  await page.getByRole('button', { name: '新的 40' }).waitFor()
  expect(await drafts(store)).toBe(0)

  // What is in a row is seen before it is taken.
  await page.getByRole('button', { name: '看看' }).first().click()
  await page.getByText('第一号补助是给困难家庭的一次性补助。').first().waitFor()

  await page.getByLabel('选第一号补助', { exact: true }).check({ force: true })
  await page.getByRole('button', { name: '把选中的 1 条做成草稿' }).click()
  await page.getByText('做好了 1 条草稿').waitFor()
  await page.goto('about:blank')
  await page.goto(`${base}/console/policy-imports`)
  await page.getByRole('link', { name: '惠民政策40条.xlsx' }).click()
  await page.getByRole('button', { name: '已做成草稿 1', exact: true }).waitFor()
  await page.getByRole('button', { name: '选全部新的（39）' }).click()
  await page.getByRole('button', { name: '把选中的 39 条做成草稿' }).click()
  await page.getByText('做好了 39 条草稿').waitFor()
  expect(await drafts(store)).toBe(40)
  await goWithin(page, '/policies?view=changing')
  await page.getByText('共 40 条').waitFor()
  expect(complaints).toEqual([])
}, 60_000)

const NOTICE = `灶台补助<img src=x onerror=alert()>
补助标准：<img src=/x onerror="document.title=1">每户每年1200元。
咨询电话：张老师 13851500000
这一段说的是别的事情，和政策没有关系。<script>document.title=1</script>`

test('what is in doubt of pasted text stays marked in the form until somebody looked', async () => {
  const { page, complaints } = await office()
  await page.getByLabel('通知、办事指南').fill(NOTICE)
  await page.getByRole('button', { name: '读一读' }).click()
  await page.getByText('拿不准').first().waitFor()
  await page.getByRole('button', { name: '选全部新的（1）' }).click()
  await page.getByRole('button', { name: '把选中的 1 条做成草稿' }).click()
  await page.getByText('做好了 1 条草稿').waitFor()
  await page.getByRole('link', { name: '灶台补助' }).click()
  await page.getByText('13851500000 像是个人的手机号').waitFor()
  await page.getByText('没认出来的原文').click()
  await page.getByText('和政策没有关系').waitFor()
  for (;;) {
    const settle = page.getByRole('button', { name: '核对过了' })
    const left = await settle.count()
    if (left === 0) break
    await settle.first().click()
    await expect.poll(() => settle.count()).toBe(left - 1)
  }
  await page.getByRole('button', { name: '去掉这段' }).first().click()
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByText('改好才能送审').waitFor()
  expect(await page.getByText('处拿不准').count()).toBe(0)
  expect(await page.title()).not.toBe('1')
  expect(complaints).toEqual([])
}, 60_000)
