/** How Chinese sounds, so that 第保 is heard as 低保. People type by pinyin and by ear. */
import { SYLLABLES } from './syllables.ts'

/**
 * Makes a text of sounds: in the place of each character the first of all that sound alike, so that two texts of
 * sounds compare like any texts.
 */
function speaker(alike: (syllable: string) => string): Speaker {
  const spoken = new Uint16Array(65_536)
  const firsts = new Map<string, number>()
  for (const line of SYLLABLES.trim().split('\n')) {
    const [syllable = '', characters = ''] = line.split(' ')
    const key = alike(syllable)
    const first = firsts.get(key) ?? characters.charCodeAt(0)
    firsts.set(key, first)
    for (let at = 0; at < characters.length; at++) spoken[characters.charCodeAt(at)] = first
  }
  const soundOf = (code: number): number => spoken[code] || code
  return {
    soundOf,
    sounds(text) {
      let sounds = ''
      // At most so many at once, since each is an argument.
      for (let from = 0; from < text.length; from += 512) {
        const codes: number[] = []
        const to = Math.min(from + 512, text.length)
        for (let at = from; at < to; at++) codes.push(soundOf(text.charCodeAt(at)))
        sounds += String.fromCharCode(...codes)
      }
      return sounds
    },
  }
}

interface Speaker {
  /** How the character of a code sounds: the code of the first of its sound. */
  soundOf(code: number): number
  /** The same of a whole text. */
  sounds(text: string): string
}

const plainly = speaker((syllable) => syllable)
/** How a text sounds without tones, a character for each; what is no Chinese character sounds like itself. */
export const { sounds, soundOf } = plainly

const broadly = speaker((syllable) =>
  syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^n(?=[aeiouv])/, 'l')
    .replace(/([aei])ng$/, '$1n'),
)
/** The same without what many dialects and voice input do not tell apart: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in. */
export const { sounds: broadSounds, soundOf: broadSoundOf } = broadly
