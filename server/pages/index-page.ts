/** `/p`: the policies in force by department, and a search box that needs no script. */
import { dangerAnswer, findDanger } from '../../knowledge/danger.ts'
import type { Knowledge } from '../../knowledge/knowledge.ts'
import type { Policy } from '../../knowledge/policy.ts'
import { type Html, html } from './html.ts'
import { byDepartment, layout, policyPath, type Setting, shownTitle, standingLines } from './layout.ts'
import { type PhoneLinks, phoneLink } from './phones.ts'

/** As many characters of a question are read; the box takes no more. */
export const QUERY_LIMIT = 60
/** Results shown: what fits a phone's first two screens. */
const RESULTS = 8
/** A result this far behind the best, in log-odds, is another subject. */
const FAR_BEHIND = 6

/** What the search box found. */
interface Found {
  policies: Policy[]
  /** Where to ask instead, when it is another office's subject. */
  elsewhere: string | null
  /** Said before all else when somebody is in danger. */
  danger: string | null
}

/**
 * The list of policies in force.
 *
 * @param query what was asked in the box; empty when nothing was
 * @param day the resident's date, `YYYY-MM-DD`
 */
export function indexPage(
  knowledge: Knowledge,
  query: string,
  day: string,
  phoneLinks: PhoneLinks,
  setting: Setting,
): Html {
  const policies = [...knowledge.policies.keys()].flatMap((id) => knowledge.policy(id, day) ?? [])
  const asked = [...query.trim()].slice(0, QUERY_LIMIT).join('')
  const departments = byDepartment(policies)
  const body = html`<main>
<div class="head"><h1>救助政策</h1>
<p>现在能办的${policies.length}项，点名字看详细。</p></div>
<form class="search" action="/p" method="get" role="search">
<label for="q">想问什么</label>
<div class="row"><input id="q" name="q" type="search" value="${asked}" maxlength="${QUERY_LIMIT}" placeholder="例如：看病没钱" autocomplete="off">
<button type="submit">查找</button></div>
</form>
${asked !== '' && results(find(knowledge, asked, policies, day), asked, phoneLinks)}
<p class="emergency">有危险先打电话：报警${phoneLink('110')}，急救${phoneLink('120')}，火警${phoneLink('119')}，心里难受${phoneLink('12356')}。</p>
<nav class="jump" aria-label="按部门找"><ul>
${departments.map(([department, own]) => html`<li><a href="#${department}">${department}（${own.length}）</a></li>`)}
</ul></nav>
${departments.map(
  ([department, own]) => html`<section id="${department}"><h2>${department}</h2>${list(own)}</section>`,
)}
${standingLines()}
</main>`
  const description = `社会救助政策${policies.length}项：谁能申请、给什么、去哪办、带什么材料，都有依据和核对日期。`
  return layout({ title: '救助政策', description, path: asked === '' ? '/p' : null, body }, setting)
}

function find(knowledge: Knowledge, query: string, policies: readonly Policy[], day: string): Found {
  const type = findDanger(query)
  const danger = type === null ? null : dangerAnswer(type, query)
  const named = (fits: (name: string) => boolean) =>
    policies.filter(({ title, aliases, departments }) => [title, ...aliases, ...departments].some(fits))
  const exactly = named((name) => name === query)
  const partly = named((name) => name.includes(query))
  const finding = knowledge.consult(query, null, day)
  const elsewhere = finding.kind === 'elsewhere'
  if (partly.length === 0 && (elsewhere || finding.kind === 'nothing')) {
    return { policies: [], elsewhere: elsewhere ? finding.ask : null, danger }
  }
  const hits = knowledge.search(query, day, RESULTS).filter(({ behind }) => behind < FAR_BEHIND)
  const found = new Set([...exactly, ...hits.map(({ policy }) => policy), ...partly])
  return { policies: [...found].slice(0, Math.max(RESULTS, exactly.length)), elsewhere: null, danger }
}

function results({ policies, elsewhere, danger }: Found, query: string, phoneLinks: PhoneLinks): Html {
  const nothing = html`<div class="notice"><p>没有找到合适的政策。换个说法再试试，也可以打${phoneLink('12345')}问。</p>
${elsewhere !== null && html`<p>这件事可以问：${phoneLinks(elsewhere)}。</p>`}</div>`
  return html`<section id="results"><h2>“${query}”可能要看</h2>
${danger !== null && html`<div class="notice danger" role="alert"><p><strong>${phoneLinks(danger)}</strong></p></div>`}
${policies.length > 0 ? list(policies) : nothing}</section>`
}

function list(policies: readonly Policy[]): Html {
  return html`<ul class="policies">${policies.map(
    (policy) =>
      html`<li class="entry"><a href="${policyPath(policy.id)}">${shownTitle(policy)}</a>
<p>${policy.sections.overview.lead}</p></li>`,
  )}</ul>`
}
