/** A policy in force as a page: everything it says, in the order a resident asks, and on one sheet of paper. */
import { chineseDate } from '../../flows/clocks.ts'
import { shortTitle } from '../../knowledge/answer.ts'
import { type LocalArea, type LocalValue, localValues } from '../../knowledge/local.ts'
import {
  ASPECT_NAMES,
  ASPECTS,
  type Aspect,
  type Policy,
  type Section,
  type Source,
} from '../../knowledge/policy.ts'
import { type Content, type Html, html, webAddress } from './html.ts'
import { layout, policyPath, type Setting, shownTitle, standingLines } from './layout.ts'
import { checklist, stepsIn } from './paper.ts'
import { type PhoneLinks, phoneLink } from './phones.ts'

/** What a policy's page is made of. */
export interface PolicyPage {
  policy: Policy
  /** The area asked for, when its figures are held. */
  area: LocalArea | null
  /** An area was asked for that we hold nothing about. */
  areaUnknown: boolean
  related: readonly Policy[]
  /** The resident's date, `YYYY-MM-DD`. */
  day: string
  phoneLinks: PhoneLinks
}

/**
 * How closely the sheet is set, by what it must hold, so that it is one page in the largest type that fits:
 * up to so many characters, counted by {@link weight}; from the last on only the direct answers are printed.
 * Measured in Chromium on A4; print.css has the sizes.
 */
const PRINT_SIZES = [
  ['12pt', 1260],
  ['11pt', 1560],
  ['10pt', 1880],
  ['9pt', 2450],
  ['8pt', 2900],
  ['leads', Number.POSITIVE_INFINITY],
] as const
/** What a heading or an item costs on paper beside its characters: on average half a line stays empty. */
const LINE_COST = 12

/** The page of a policy in force. */
export function policyPage(parts: PolicyPage, setting: Setting): Html {
  const { policy, area } = parts
  const { overview } = policy.sections
  const values = area ? localValues(area, policy.id, parts.day) : []
  const [name, fullName] = names(policy)
  const path = policyPath(policy.id, area?.area)
  const answered = ASPECT_NAMES.filter((aspect) => aspect !== 'overview' && policy.sections[aspect])
  const body = html`<main data-policy="${policy.id}">
<div class="head">
<h1 data-read>${name}</h1>
${fullName !== null && html`<p class="full-name" data-read>${fullName}</p>`}
<p class="standing-of">${policy.departments.join('、')}部门 · ${policy.area} · ${policy.level}级政策</p>
${section('overview', overview, parts)}
</div>
<nav class="jump" aria-label="本页内容"><ul>
${answered.map((aspect) => html`<li><a href="#${aspect}">${ASPECTS[aspect]}</a></li>`)}
<li><a href="#phones">打电话问</a></li>
</ul></nav>
<div class="answers">
${answered.map((aspect) => {
  const answer = policy.sections[aspect]
  return answer && section(aspect, answer, parts, aspect === 'benefit' ? values : [])
})}
${!policy.sections.benefit && values.length > 0 && html`<section id="local"><h2 data-read>当地标准</h2>${figures(values, area)}</section>`}
</div>
<div class="tail">
<p class="trimmed">细节太多，这张纸放不下，请看网页或问经办单位。</p>
${phones(policy, area)}
${standingLines()}
${sources(policy)}
${parts.related.length > 0 && related(parts.related, area)}
${setting.publicUrl !== null && html`<p class="address">本页网址：${setting.publicUrl}${policyPath(policy.id)}</p>`}
</div>
</main>`
  return layout(
    {
      title: shownTitle(policy),
      description: overview.lead,
      path,
      body,
      tools: true,
      print: printSize(policy, values),
    },
    setting,
  )
}

/** The name people know, and the official one when it is another. */
export function names(policy: Policy): [string, string | null] {
  const short = shortTitle(policy.title)
  return short === policy.title ? [short, null] : [short, policy.title.replace(/[(（][^)）]+[)）]$/, '')]
}

function section(
  aspect: Aspect,
  answer: Section,
  parts: PolicyPage,
  values: readonly LocalValue[] = [],
): Html {
  const { policy, phoneLinks } = parts
  const place = policy.sources.indexOf(answer.source) + 1
  const reference =
    policy.sources.length > 1 &&
    place > 0 &&
    html` <a class="reference" href="#source-${place}" aria-label="依据第${place}项">依据${place}</a>`
  const benefit = aspect === 'benefit'
  return html`<section id="${aspect}">
<h2 data-read>${ASPECTS[aspect]}</h2>
${lead(aspect, answer.lead, phoneLinks, reference)}
${values.length > 0 && figures(values, parts.area)}
${benefit && parts.areaUnknown && html`<p class="note">您那里的标准还没有收录，请问当地街道，或打${phoneLink('12345')}。</p>`}
${answer.details.length > 0 && html`<ul class="details">${answer.details.map((line) => html`<li data-read>${phoneLinks(line)}</li>`)}</ul>`}
</section>`
}

/** The direct answer, as a list where it tells steps or things to bring; its words are the same either way. */
function lead(aspect: Aspect, text: string, phoneLinks: PhoneLinks, reference: Content): Html {
  const steps = aspect === 'steps' ? stepsIn(text) : null
  if (steps) {
    return html`<div class="lead" data-read><ol>${steps.steps.map((step) => html`<li class="step">${phoneLinks(step)}</li>`)}</ol>${phoneLinks(steps.rest)}${reference}</div>`
  }
  const lines = aspect === 'materials' ? checklist(text) : null
  if (lines) {
    return html`<div class="lead" data-read><ul class="checklist">${lines.map(
      (line) => html`<li class="${line.box ? 'box' : 'plain'}">${phoneLinks(line.text)}</li>`,
    )}</ul>${reference}</div>`
  }
  return html`<p class="lead" data-read>${phoneLinks(text)}${reference}</p>`
}

function figures(values: readonly LocalValue[], area: LocalArea | null): Html {
  return html`<div class="local"><h3 data-read>${area?.area}</h3><dl>${values.map(
    (value) => html`<div data-read><dt>${value.name}</dt><dd><strong>${value.value}</strong>
<small>${chineseDate(value.from)}起${value.until !== null && html`，到${chineseDate(value.until)}`}，${named(value.document, value.link)}${value.number}</small></dd></div>`,
  )}</dl></div>`
}

function phones(policy: Policy, area: LocalArea | null): Html | false {
  const all = [...(area?.phones ?? []), ...policy.phones]
  if (all.length === 0) return false
  return html`<section id="phones"><h2 data-read>打电话问</h2><ul class="phones">${all.map(
    ({ name, number }) => html`<li data-read>${name} ${phoneLink(number)}</li>`,
  )}</ul></section>`
}

function sources(policy: Policy): Html {
  return html`<section id="sources"><h2>依据</h2><ol class="sources">${policy.sources.map(
    (source, place) => html`<li class="entry" id="source-${place + 1}">${sourceLine(source)}</li>`,
  )}</ol><p class="checked">本页内容核对日期：${chineseDate(policy.checked)}</p></section>`
}

/** A source in full: what, number, articles, dates, and the way to it. */
export function sourceLine(source: Source): Html {
  const dates = [
    source.issued !== null && `${chineseDate(source.issued)}公布`,
    source.effective !== null && `${chineseDate(source.effective)}起施行`,
  ].filter((text) => text !== false)
  const rest = [source.number, source.article, ...dates].filter((text) => text !== null)
  return html`${named(source.document, source.link)}${rest.join('，')}`
}

function named(document: string, link: string | null): Html {
  const address = webAddress(link)
  if (address === null) return html`《${document}》`
  return html`<a href="${address}" rel="noopener noreferrer external">《${document}》</a>`
}

function related(policies: readonly Policy[], area: LocalArea | null): Html {
  return html`<nav class="related" aria-labelledby="related"><h2 id="related">相关政策</h2><ul>${policies.map(
    (policy) =>
      html`<li class="entry"><a href="${policyPath(policy.id, area?.area)}">${shownTitle(policy)}</a></li>`,
  )}</ul></nav>`
}

function printSize(policy: Policy, values: readonly LocalValue[]): string {
  const weighed = weight(policy, values)
  return PRINT_SIZES.find(([, most]) => weighed <= most)?.[0] ?? 'leads'
}

/** About how many characters' room a policy takes on paper. */
export function weight(policy: Policy, values: readonly LocalValue[]): number {
  const lines = [
    ...Object.values(policy.sections).flatMap(({ lead, details }) => [lead, '', ...details]),
    ...policy.sources.map(({ document, article }) => document + (article ?? '')),
    ...values.map(({ name, value, document }) => name + value + document),
    ...policy.phones.map(({ name }) => name),
  ]
  return lines.reduce((sum, line) => sum + line.length + LINE_COST, 0)
}
