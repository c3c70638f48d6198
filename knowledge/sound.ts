/** How Chinese sounds, so that 第保 is heard as 低保. People type by pinyin and by ear. */
import { pinyin } from 'pinyin-pro'

/** Sounds are known by a number; each as one character makes a text of sounds, which compares like any text. */
class Sounds {
  readonly #spell: (character: string) => string
  readonly #numbers = new Map<string, number>()
  /** By a character's code; 0 where it was never asked. */
  readonly #known = new Uint16Array(65_536)

  constructor(spell: (character: string) => string) {
    this.#spell = spell
  }

  of(text: string): string {
    let heard = ''
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      heard += String.fromCharCode(this.#known[code] || this.#hear(code))
    }
    return heard
  }

  #hear(code: number): number {
    const spelled = this.#spell(String.fromCharCode(code))
    let number = this.#numbers.get(spelled)
    if (number === undefined) {
      number = this.#numbers.size + 1
      this.#numbers.set(spelled, number)
    }
    this.#known[code] = number
    return number
  }
}

/** The toneless pinyin of one character (its most usual reading); other characters sound like themselves. */
const spell = (character: string) => pinyin(character, { toneType: 'none' })

const spellBroadly = (character: string) =>
  spell(character)
    .replace(/^([zcs])h/, '$1')
    .replace(/^n(?=[aeiouv])/, 'l')
    .replace(/([aei])ng$/, '$1n')

const exact = new Sounds(spell)
const broad = new Sounds(spellBroadly)

/** How a text sounds without tones, a character for each: equal when two texts are spelt alike in pinyin. */
export const sounds = (text: string): string => exact.of(text)

/** The same without what many dialects and voice input do not tell apart: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in. */
export const broadSounds = (text: string): string => broad.of(text)
