import { pinyin } from 'pinyin-pro'
import { expect, test } from 'vitest'
import { broadSounds, sounds } from '../knowledge/sound.ts'

const sameSound = (a: string, b: string) => sounds(a) === sounds(b)
const nearSound = (a: string, b: string) => broadSounds(a) === broadSounds(b)

// `vitest -u` writes it anew.
test('every character sounds as pinyin-pro reads it', async () => {
  const syllables = new Map<string, string>()
  for (let code = 0x80; code < 0xd800; code++) {
    const character = String.fromCharCode(code)
    const read = pinyin(character, { toneType: 'none' })
    if (read !== character) syllables.set(read, (syllables.get(read) ?? '') + character)
  }
  const lines = [...syllables].map(([syllable, characters]) => `${syllable} ${characters}\n`).sort()
  const written = `/**
 * Chinese characters by how they sound: a line for each syllable of toneless pinyin, in the most usual reading of
 * pinyin-pro (MIT). Written by test/sound.test.ts; a table, because the library takes 0.1 s to get ready.
 */
export const SYLLABLES = \`
${lines.join('')}\`
`
  await expect(written).toMatchFileSnapshot('../knowledge/syllables.ts')
})

test.each([
  ['低', '第'],
  ['补', '不'],
  ['啊', '阿'],
])('%s sounds like %s', (a, b) => {
  expect(sameSound(a, b)).toBe(true)
})

test.each([
  ['知', '资'],
  ['牛', '刘'],
  ['商', '山'],
  ['京', '今'],
])('%s sounds like %s in dialect only', (a, b) => {
  expect([sameSound(a, b), nearSound(a, b)]).toEqual([false, true])
})

test('whatever is no Chinese character sounds like itself only', () => {
  const others = ['a', 'A', '1', '，', '😀', ' ', '\u0000', '\ud840']
  for (const other of others) {
    expect(others.filter((one) => sameSound(one, other))).toEqual([other])
    expect(nearSound(other, '低')).toBe(false)
    expect(sounds(other)).toHaveLength(other.length)
  }
})
