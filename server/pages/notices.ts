/** Pages that say plainly that there is nothing to tell: a policy out of force, an address without a page. */
import { chineseDate } from '../../flows/clocks.ts'
import type { Policy } from '../../knowledge/policy.ts'
import { type Content, type Html, html } from './html.ts'
import { byDepartment, layout, policyPath, type Setting, shownTitle, standingLines } from './layout.ts'
import { phoneLink } from './phones.ts'
import { names, sourceLine } from './policy-page.ts'

/**
 * The page of a policy that may not be told today: not yet begun, replaced, or over. It names no amount and
 * no condition, for somebody would take them as current.
 *
 * @param successor the policy in force that took its place
 */
export function outOfForcePage(
  policy: Policy,
  successor: Policy | undefined,
  day: string,
  setting: Setting,
): Html {
  const [name, fullName] = names(policy)
  const says = whyNot(policy, successor, day)
  const body = html`<main>
<div class="head">
<h1 data-read>${name}</h1>
${fullName !== null && html`<p class="full-name">${fullName}</p>`}
</div>
<div class="notice" role="note" data-read>
<p><strong>${says}</strong></p>
${successor && html`<p>现在请看：<a href="${policyPath(successor.id)}">${shownTitle(successor)}</a></p>`}
<p>想知道现在能办什么，可以问当地街道，或打${phoneLink('12345')}。</p>
</div>
<section id="sources"><h2>原来的依据</h2><ul class="sources">${policy.sources.map((source) => html`<li class="entry">${sourceLine(source)}</li>`)}</ul>
<p class="checked">核对日期：${chineseDate(policy.checked)}</p></section>
${standingLines()}
<p class="back"><a href="/p">看所有政策</a></p>
</main>`
  return layout({ title: shownTitle(policy), description: says, path: null, body }, setting)
}

function whyNot(policy: Policy, successor: Policy | undefined, day: string): string {
  if (policy.supersededBy !== null) {
    return successor ? '这项政策已经被新的政策代替，不再按它办理。' : '这项政策已经停止执行，不再按它办理。'
  }
  if (policy.effective > day) return `这项政策从${chineseDate(policy.effective)}起执行，现在还不能按它办理。`
  const last = policy.expires === null ? '' : `到${chineseDate(policy.expires)}为止，`
  return `这项政策${last}现在已经过期，不再按它办理。`
}

/** The page for an address we do not know. */
export function unknownPage(inForce: readonly Policy[], setting: Setting): Html {
  const departments = byDepartment(inForce).map(
    ([department, policies]): Content =>
      html`<li><a href="/p#${department}">${department}</a>（${policies.length}项）</li>`,
  )
  const body = html`<main>
<div class="head"><h1>没有找到这一页</h1></div>
<div class="notice" role="note"><p>这个网址可能抄错了，或者这一页已经撤下。您可以从下面的部门找，也可以打${phoneLink('12345')}问。</p></div>
<section><h2>按部门找</h2><ul class="departments">${departments}</ul></section>
<p class="back"><a href="/p">看所有政策</a></p>
</main>`
  return layout(
    { title: '没有找到这一页', description: '这个网址没有对应的政策。', path: null, body },
    setting,
  )
}
