/** A resident asks at the counter to be deleted: one clerk enters it, another deletes, in a real browser; run `npm run build` first. */
import { expect, test } from 'vitest'
import { act } from '../../bot/casework.ts'
import { consoleOffice, PASSWORD } from '../support/console.ts'
import { consoleAt } from '../support/console-page.ts'
import { memoryStore } from '../support/memory-store.ts'
import { ADVANCE, NUMBER, staff } from '../support/tickets.ts'
import { fingerprint, WITNESS } from '../support/world.ts'

test('found by telephone, looked at, entered by one and deleted by another; a second factor from a picture', async () => {
  const { store, account, open, now, base } = await consoleOffice({ store: memoryStore() })
  await open({ fingerprints: [{ kind: 'phone', value: fingerprint('phone', '13812345678') }] })
  await act(store, {
    number: NUMBER,
    action: ADVANCE,
    actor: staff,
    witness: WITNESS,
    now: now(),
    newId: () => crypto.randomUUID(),
  })
  await account('lijing', ['street'], { person: { name: '李静', advisor: null, body: null } })
  await account('wanglan', ['street'], { person: { name: '王兰', advisor: null, body: null } })

  const { page: one, complaints } = await consoleAt(base, 'lijing', '/residents')
  await one.getByLabel('搜索居民').fill('13812345678')
  await one.getByRole('button', { name: '搜索' }).click()
  await one.getByRole('link', { name: '唐某' }).click()
  await one.getByText('尾号5678').waitFor()
  expect(await one.content()).not.toContain('唐秀英')
  await one.getByRole('button', { name: '看姓名、电话和住址' }).click()
  await one.getByRole('button', { name: '居民来电或来窗口询问' }).click()
  await one.locator('.facts').getByText('11010519491231002X').waitFor()
  await one.getByRole('button', { name: '登记请求' }).click()
  await one.getByText('删除', { exact: true }).click()
  await one.getByText('当面', { exact: true }).click()
  await one.getByRole('button', { name: '登记', exact: true }).click()
  await one.getByText('要另一位同事登录后核对').waitFor()
  expect(await one.getByRole('button', { name: '核对好了，删除' }).isDisabled()).toBe(true)

  const { page: other, complaints: others } = await consoleAt(base, 'wanglan', '/wishes')
  await other.getByRole('link', { name: '唐某' }).click()
  await other.getByText('是办理记录，留着').waitFor()
  await other.getByRole('button', { name: '核对好了，删除' }).click()
  await other.getByRole('button', { name: '核对过了，删除' }).click()
  await other.getByRole('heading', { name: '删除好了' }).waitFor()
  await other.getByRole('link', { name: '看还有哪些请求等答复' }).click()
  await other.getByText('现在没有等答复的请求').waitFor()
  await other.getByRole('button', { name: '办好的' }).click()
  await other.getByRole('cell', { name: /王兰/ }).waitFor()
  expect(JSON.stringify(await store.get('tickets', NUMBER))).not.toContain('唐秀英')

  await other.getByRole('link', { name: '王兰' }).click()
  const factor = other.locator('section', { hasText: '两步验证' })
  await factor.getByLabel('现在的密码').fill(PASSWORD)
  await factor.getByRole('button', { name: '开两步验证' }).click()
  const picture = other.getByAltText('两步验证的二维码')
  await picture.waitFor()
  const isDrawn = `document.querySelector('.qr').complete && document.querySelector('.qr').naturalWidth > 100`
  await expect.poll(() => other.evaluate(isDrawn)).toBe(true)

  expect([...complaints, ...others]).toEqual([])
})
