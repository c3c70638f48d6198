// @ts-check
/**
 * What a policy's page can do beyond being read: larger print, reading aloud, printing. Served as it is; the
 * buttons stay hidden where this does not run.
 */

/** @type {(id: string) => HTMLElement | null} */
const find = (id) => document.getElementById(id)

const tools = find('tools')
if (tools) tools.hidden = false

// Size of print. Remembered; a browser that forbids storage forgets it with the page.
const SIZE = 'print-size'
const SIZES = ['large', 'larger']

/** @returns {string} */
function rememberedSize() {
  try {
    return localStorage.getItem(SIZE) ?? ''
  } catch {
    return ''
  }
}

/** @param {string} size one of SIZES, or empty for the page's own */
function setSize(size) {
  const known = SIZES.includes(size) ? size : ''
  if (known) document.documentElement.dataset['size'] = known
  else delete document.documentElement.dataset['size']
  for (const name of SIZES) find(name)?.setAttribute('aria-pressed', String(name === known))
}

setSize(rememberedSize())
for (const name of SIZES) {
  find(name)?.addEventListener('click', () => {
    const size = document.documentElement.dataset['size'] === name ? '' : name
    setSize(size)
    try {
      localStorage.setItem(SIZE, size)
    } catch {
      // Enlarged for now all the same.
    }
  })
}

find('print')?.addEventListener('click', () => window.print())

// Reading aloud, a passage at a time: long utterances are cut off by some browsers.
const READING = 'reading'
/** Slower than the browser's own pace, for old ears. */
const PACE = 0.9
const button = find('read')

if (button && 'speechSynthesis' in window && typeof SpeechSynthesisUtterance === 'function') {
  const passages = [...document.querySelectorAll('[data-read]')]
  let run = 0

  /** @param {Element} passage what is said for it: no references, telephone numbers digit by digit */
  const words = (passage) => {
    const copy = document.createElement('div')
    copy.append(...[...passage.childNodes].map((node) => node.cloneNode(true)))
    for (const reference of copy.querySelectorAll('.reference')) reference.remove()
    for (const phone of copy.querySelectorAll('a.phone')) {
      phone.textContent = ` ${[...(phone.textContent ?? '')].join(' ')} `
    }
    return (copy.textContent ?? '').trim()
  }

  const clear = () => {
    for (const passage of passages) passage.classList.remove(READING)
  }

  const stop = () => {
    run++
    speechSynthesis.cancel()
    clear()
    button.textContent = '朗读'
    button.setAttribute('aria-pressed', 'false')
  }

  /**
   * @param {number} place
   * @param {number} own which reading this belongs to; a stopped one ends here
   */
  const readFrom = (place, own) => {
    if (own !== run) return
    const passage = passages[place]
    if (!passage) {
      stop()
      return
    }
    clear()
    passage.classList.add(READING)
    passage.scrollIntoView({ block: 'center' })
    const utterance = new SpeechSynthesisUtterance(words(passage))
    utterance.lang = 'zh-CN'
    utterance.rate = PACE
    const voice = speechSynthesis.getVoices().find(({ lang }) => /^zh[-_]CN/i.test(lang))
    if (voice) utterance.voice = voice
    utterance.onend = () => readFrom(place + 1, own)
    utterance.onerror = () => {
      if (own === run) stop()
    }
    speechSynthesis.speak(utterance)
  }

  button.hidden = false
  button.setAttribute('aria-pressed', 'false')
  button.addEventListener('click', () => {
    if (button.getAttribute('aria-pressed') === 'true') {
      stop()
      return
    }
    stop()
    button.textContent = '停止'
    button.setAttribute('aria-pressed', 'true')
    readFrom(0, run)
  })
  window.addEventListener('pagehide', stop)
}
