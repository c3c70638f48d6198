/** Failures name places of the source, not of what it was turned into. */
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { keptAs } from './kept.js'

/** Moves a frame of a stack to where it stands in the source. */
export function toSource(frame: { file: string; line: number; column: number }): void {
  const [path = ''] = frame.file.split('?')
  const kept = `${keptAs(path)}.map`
  if (!path.endsWith('.ts') || !existsSync(kept)) return
  const entry = new SourceMap(JSON.parse(readFileSync(kept, 'utf8'))).findEntry(
    frame.line - 1,
    frame.column - 1,
  )
  if (!('originalLine' in entry)) return
  frame.line = entry.originalLine + 1
  frame.column = entry.originalColumn + 1
}
