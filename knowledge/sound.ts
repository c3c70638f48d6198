/** How Chinese sounds, so that 第保 is heard as 低保. People type by pinyin and by ear. */
import { SYLLABLES } from './syllables.ts'

/**
 * Makes a text of sounds: in the place of each character the first of all that sound alike, so that two texts of
 * sounds compare like any texts.
 */
function speaker(alike: (syllable: string) => string): (text: string) => string {
  const spoken = new Uint16Array(65_536)
  const firsts = new Map<string, number>()
  for (const line of SYLLABLES.trim().split('\n')) {
    const [syllable = '', characters = ''] = line.split(' ')
    const key = alike(syllable)
    const first = firsts.get(key) ?? characters.charCodeAt(0)
    firsts.set(key, first)
    for (let at = 0; at < characters.length; at++) spoken[characters.charCodeAt(at)] = first
  }
  return (text) => {
    let sounds = ''
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      sounds += String.fromCharCode(spoken[code] || code)
    }
    return sounds
  }
}

/** How a text sounds without tones, a character for each; what is no Chinese character sounds like itself. */
export const sounds = speaker((syllable) => syllable)

/** The same without what many dialects and voice input do not tell apart: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in. */
export const broadSounds = speaker((syllable) =>
  syllable
    .replace(/^([zcs])h/, '$1')
    .replace(/^n(?=[aeiouv])/, 'l')
    .replace(/([aei])ng$/, '$1n'),
)
