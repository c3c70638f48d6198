/**
 * Days of advisors as they have them, written down whole. `王芳：` writes to the assistant, `王芳（群）：` in the
 * advisors' group; （新求助 0412）, （过了3天） and （联系对象 H-0600-2 王芳） are what happens besides. Everything after 助手：
 * is what the program says; with UPDATE_JOURNEYS=1 it is written down instead of compared.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Advisor } from '../flows/roster/advisors.ts'
import { LI, type Office, office, SUN, WANG, ZHAO } from './support/advisors.ts'

const folder = join(import.meta.dirname, 'advisor-days')
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'))
const UPDATE = process.env['UPDATE_JOURNEYS'] === '1'
const PEOPLE = new Map<string, Advisor>([WANG, LI, ZHAO, SUN].map((advisor) => [advisor.name, advisor]))
const DAY_MS = 24 * 60 * 60 * 1000

const SAYS = /^(\S{2,3}?)(（群）)?：(.*)$/
const STAGE = /^（(\S+?)(?: (.*))?）$/

async function stage({ open, store, clock }: Office, name: string, what: string): Promise<void> {
  const passed = /^过了(\d+)天$/.exec(name)
  if (passed) return clock.pass(Number(passed[1]) * DAY_MS)
  if (name === '新求助') {
    await open(Number(what))
    return
  }
  if (name !== '联系对象') throw new Error(`no stage direction: ${name}`)
  const [id = '', who = ''] = what.split(' ')
  await store.transaction((tx) =>
    tx.put('households', {
      id,
      area: 'yaoxin',
      advisor: PEOPLE.get(who)?.id ?? '',
      category: '低保',
      state: 'watched',
      leftAt: '',
      contactedAt: '',
      person: { name: '周桂兰', phone: '13911112222' },
    }),
  )
}

/** The file as it should read. */
async function written(text: string): Promise<string> {
  const desk = await office({ at: '2026-11-23T09:00:00+08:00' })
  const [title = '', ...lines] = text.trimEnd().split('\n')
  const out = [title, '']
  for (const line of lines) {
    const says = SAYS.exec(line)
    const direction = STAGE.exec(line)
    if (line === '' || line.startsWith('  ') || line.startsWith('助手：')) continue
    desk.clock.pass(20_000)
    out.push(line)
    if (direction) {
      await stage(desk, direction[1] ?? '', direction[2] ?? '')
      continue
    }
    const who = PEOPLE.get(says?.[1] ?? '')
    if (!says || !who) throw new Error(`no line of an advisor's day: ${line}`)
    const place = says[2] === undefined ? 'private' : 'group'
    const { text: answer, link } = await desk.write(who, says[3] ?? '', { place })
    out.push(`助手：${answer.replaceAll('\n', '\n  ')}`, ...(link === null ? [] : [`  ${link}`]))
  }
  return `${out.join('\n')}\n`
}

test.each(files)('%s', async (name) => {
  const file = join(folder, name)
  const text = readFileSync(file, 'utf8')
  const read = await written(text)
  if (UPDATE) writeFileSync(file, read)
  else expect(read).toBe(text)
  expect(read).not.toMatch(/undefined|null|NaN|\[object/)
  // Nothing of the person but a surname is said in a group.
  const group = read.split('\n').filter((_, place, lines) => inGroup(lines, place))
  expect(group.join('\n')).not.toMatch(/唐秀英|13812345678|3栋201|透析|周桂兰|13911112222/)
})

/** Whether a line is an answer to what was said in a group. */
function inGroup(lines: readonly string[], place: number): boolean {
  const asked = lines.slice(0, place + 1).findLast((line) => SAYS.test(line) && !line.startsWith('助手：'))
  return asked?.includes('（群）：') === true && lines[place] !== asked
}

test('there is a day, and the ways it goes wrong', () => {
  expect(files.length).toBeGreaterThanOrEqual(4)
})
