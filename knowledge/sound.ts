/** How Chinese sounds, so that 第保 is heard as 低保. People type by pinyin and by ear. */
import { pinyin } from 'pinyin-pro'

const sounds = new Map<string, string>()

/** The toneless pinyin of one character (its most usual reading); other characters sound like themselves. */
export function sound(character: string): string {
  let heard = sounds.get(character)
  if (heard === undefined) {
    heard = pinyin(character, { toneType: 'none' })
    sounds.set(character, heard)
  }
  return heard
}

const broadSounds = new Map<string, string>()

/** The same without what many dialects and voice input do not tell apart: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in. */
export function broadSound(character: string): string {
  let heard = broadSounds.get(character)
  if (heard === undefined) {
    heard = sound(character)
      .replace(/^([zcs])h/, '$1')
      .replace(/^n(?=[aeiouv])/, 'l')
      .replace(/([aei])ng$/, '$1n')
    broadSounds.set(character, heard)
  }
  return heard
}
