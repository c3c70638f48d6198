/** Pages that say plainly why there is nothing else to see, and what to do. */
import { type Html, html } from '../pages/html.ts'
import { layout, type Style } from './layout.ts'

interface Notice {
  status: 400 | 403 | 404 | 422 | 503
  title: string
  says: string
}

export const NOTICES = {
  'no-login': {
    status: 503,
    title: '还不能在这里办',
    says: '这台服务器还没有接企业微信应用，认不出您是谁。请管理员填好 WECOM_ 各项和 PUBLIC_URL。',
  },
  outsider: {
    status: 403,
    title: '这里只给救助顾问用',
    says: '您不是本单位企业微信的成员，看不了求助单。要求助，请在微信公众号里说「我要求助」，或打12345。',
  },
  unknown: {
    status: 403,
    title: '名单里没有您',
    says: '您在企业微信里，但不在救助顾问的名单上。请联系街道负责名单的同事加上您，再点一次。',
  },
  spent: {
    status: 403,
    title: '登录没有成',
    says: '这个登录链接用过了，或者放得太久了。请回到企业微信的消息里，再点一次。',
  },
  'not-here': {
    status: 403,
    title: '登录没有成',
    says: '不是从这个浏览器开始登录的，或者隔得太久了。请回到企业微信的消息里，再点一次。',
  },
  down: {
    status: 503,
    title: '企业微信现在没有回应',
    says: '暂时认不出您是谁。请过一会儿再点一次；一直不行，请告诉管理员。',
  },
  unkept: {
    status: 503,
    title: '系统出了故障，现在存不了',
    says: '刚才的没有办成，求助单也暂时打不开（每次查看都要留记录）。要紧的请先打电话办、记在纸上，恢复后再来办一次。',
  },
  'no-ticket': {
    status: 404,
    title: '没有这张求助单',
    says: '编号可能抄错了，也可能不在您负责的区域。请核对编号，或问问街道的骨干顾问。',
  },
  shut: {
    status: 403,
    title: '这张求助单要保护当事人',
    says: '只有负责人和骨干顾问能看。请联系街道的骨干顾问；遇到有人正受伤害，马上打110。',
  },
  stale: {
    status: 403,
    title: '没有办成',
    says: '这一页放得太久了，或者不是从这里打开的。请返回，刷新后再办一次。',
  },
} as const satisfies Record<string, Notice>
export type NoticeName = keyof typeof NOTICES

/** @param who whoever is signed in; null when nobody is */
export function noticePage(name: NoticeName, who: string | null, style: Style): Html {
  const { title, says } = NOTICES[name]
  const body = html`<section class="card"><h1>${title}</h1><p class="says">${says}</p></section>`
  return layout({ title, who, back: who !== null, body }, style)
}
