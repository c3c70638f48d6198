/** In the sandbox nobody signs in: one chooses whom to play. */
import { ADVISOR_ROLE_WORDS, type Roster } from '../../flows/roster/advisors.ts'
import { type Html, html } from '../pages/html.ts'
import { layout, type Style } from './layout.ts'

/** @param to where they were going: a ticket's number, or nothing for 我的 */
export function playPage({ advisors, areas }: Roster, to: string, style: Style): Html {
  const body = html`<section class="card"><h1>您来扮演谁？</h1>
<p class="faint">这是试用，不用登录。接了企业微信以后，从消息里点开就认得出是谁。</p>
<ul class="plate">${[...advisors.values()].map(
    ({ id, name, role, areas: worksIn }) =>
      html`<li><a class="entry" href="/t/play?as=${id}${to !== '' && html`&amp;to=${to}`}"><strong>${name}</strong><span class="faint">${ADVISOR_ROLE_WORDS[role]}　${worksIn.map((area) => areas.say(area)).join('、')}</span></a></li>`,
  )}</ul></section>`
  return layout({ title: '扮演谁', who: null, back: false, body }, style)
}
