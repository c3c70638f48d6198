/** Names for policies that have none of ours yet. */
import { SYLLABLES } from '../syllables.ts'

/** As long as an id may be. */
const ID_LIMIT = 61
let spelled: Map<string, string> | null = null

/** Toneless pinyin of a character, as it is most often read; undefined of what is no Chinese character. */
function spellingOf(character: string): string | undefined {
  if (!spelled) {
    spelled = new Map()
    for (const line of SYLLABLES.trim().split('\n')) {
      const [syllable = '', characters = ''] = line.split(' ')
      for (const one of characters) spelled.set(one, syllable.replace('ü', 'v'))
    }
  }
  return spelled.get(character)
}

/**
 * An id made of a name, the same of the same name always: 取暖补助 is `qu-nuan-bu-zhu`.
 *
 * @returns '' of a name without a character that can be spelled
 */
export function idOf(name: string): string {
  const parts: string[] = []
  let word = ''
  const end = () => {
    if (word !== '') parts.push(word)
    word = ''
  }
  for (const character of name.toLowerCase().replace(/[（(].*?[）)]/g, '')) {
    const syllable = spellingOf(character)
    if (/[a-z0-9]/.test(character)) word += character
    else {
      end()
      if (syllable !== undefined) parts.push(syllable)
    }
  }
  end()
  const first = parts.findIndex((part) => /^[a-z]/.test(part))
  if (first < 0) return ''
  const kept: string[] = []
  for (const part of parts.slice(first)) {
    if ([...kept, part].join('-').length > ID_LIMIT) break
    kept.push(part)
  }
  return kept.join('-').slice(0, ID_LIMIT)
}

/** Endings of documents' names, and what stands before what they are about. */
const ENDING =
  /(?:工作|管理|组织)?(?:实施|暂行|试行|管理|发放|补助)?(?:办法|细则|方案|规定|意见|通知|公告|通告|办事指南|服务指南|指南|规程|规范|决定|政策解读|解读|政策说明)(?:[（(][^）)]{1,10}[）)])?$/

/** What a document's name says it is about: what is left without the place, 关于 and 实施办法. */
export function subjectOf(document: string): string {
  const inner = /[《〈]([^《》〈〉]+)[》〉]/.exec(document)?.[1] ?? document
  const about = inner.replace(
    /^.*?关于(?:进一步)?(?:印发|做好|加强|规范|调整|提高|完善|开展|实施|公布|明确|落实|发放|建立|健全|推进)*/,
    '',
  )
  const placeless = about.replace(
    /^(?:[\u4e00-\u9fff]{2,6}?(?:省|自治区))?(?:[\u4e00-\u9fff]{2,5}?市)?(?:[\u4e00-\u9fff]{1,5}?(?:(?<![社地灾片校园城郊山景小])区|县|旗))?(?=[\u4e00-\u9fff]{4})/,
    '',
  )
  const [subject = ''] = [ENDING].map((ending) => placeless.replace(ending, '').replace(ending, ''))
  const plain = subject.replace(/(?:有关|相关)?(?:工作|事项|问题)?的?$/, '').trim()
  return [...plain].length >= 2 ? plain : inner
}
