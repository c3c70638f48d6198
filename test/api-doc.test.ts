/** API.md does what it says: its commands are run as they stand, one after the other. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { act } from '../bot/casework.ts'
import { projectFolder } from '../knowledge/load.ts'
import { REFUSALS } from '../server/console/refusal.ts'
import { KEY_DEED_NAMES } from '../server/district/deeds.ts'
import { DISTRICT_API } from '../server/district/paths.ts'
import { KEY_ROUTES } from '../server/district/routes.ts'
import { RULES } from '../server/limits.ts'
import { districtOffice } from './support/district.ts'
import { part, staff } from './support/tickets.ts'
import { temporaryFolder, WITNESS } from './support/world.ts'

const text = readFileSync(join(projectFolder(), 'API.md'), 'utf8')
const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) => block)

test('every command of API.md succeeds as it stands', async () => {
  const office = await districtOffice()
  const key = await office.keyFor()
  const folder = temporaryFolder()
  const run = async (script: string): Promise<void> => {
    const given = script.replace('https://help.example.gov.cn', office.base).replace(/jzgw_0123456789_…/, key)
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', given], { cwd: folder, timeout: 20_000 })
  }
  const answer = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const dispatches = commands.findIndex((block) => block.includes('/progress'))
  await run(commands.slice(0, dispatches).join('\n'))
  expect(answer('ticket.json')).toMatchObject({
    id: 'XQ-2026-0001',
    person: { name: '周大山' },
    urgent: true,
  })
  expect(answer('tickets.json')).toMatchObject({ tickets: [{ stage: 'received' }] })
  expect(answer('changed.json')).toMatchObject({ tickets: [], removed: [], more: false })

  const { number } = Object(answer('handed-in.json'))
  for (const action of [
    { kind: 'screen', why: '' },
    { kind: 'dispatch', parts: [part()], why: '' },
  ])
    await act(office.store, {
      number: String(number),
      action,
      actor: staff,
      witness: WITNESS,
      now: office.now(),
      newId: office.desk.newId,
    })
  const names = commands[0]?.split('\n').filter((line) => line.startsWith('API=')) ?? []
  await run([...names, `NUMBER=${String(number)}`, ...commands.slice(dispatches)].join('\n'))
  expect(answer('progress.json')).toMatchObject({ stage: 'reported', parts: [{ result: 'done' }] })
  expect(answer('outcome.json')).toMatchObject({ id: 'YJ-0529-1', state: 'open' })
  expect(answer('alerts.json')).toMatchObject({ alerts: [{ id: 'YJ-0529-1' }] })
  expect(answer('dibao.json')).toMatchObject({ id: 'dibao', version: 0 })
  expect(answer('figures.json')).toHaveProperty('requests')
})

test('API.md names every deed with the routes it opens, the refusals with their status, and the pace', () => {
  for (const deed of KEY_DEED_NAMES) expect(text).toContain(`| \`${deed}\` |`)
  for (const { method, path, needs } of KEY_ROUTES) {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${needs}\` |`))
    expect(row).toContain(`\`${method} ${path.replace(/:(\w+)/g, '{$1}')}\``)
  }
  for (const [, status, code = ''] of text.matchAll(/(\d{3}) `([a-z-]+)`/g))
    expect([code, status]).toEqual([code, String(Reflect.get(REFUSALS, code))])
  expect(text).toContain(`一分钟超过 ${RULES.key.count} 次`)
  expect(text).toContain(`${DISTRICT_API}/openapi.json`)
})
