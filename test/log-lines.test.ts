import { expect, test } from 'vitest'
import { createLog } from '../server/log.ts'

test('whatever is logged is one line, and none of it looks like another', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const hostile = [
    'a\n{"level":50,"msg":"forged"}',
    'a\r\nb',
    'a\u2028b',
    '\u001b[2J',
    '"}\n',
    '\0',
    '%s %j %o',
  ]
  for (const words of hostile) {
    log.warn({ code: words }, words)
    log.error({ error: new Error(words) }, 'failed')
  }
  expect(lines).toHaveLength(2 * hostile.length)
  for (const line of lines) {
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) })
    expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f]/)
  }
})
