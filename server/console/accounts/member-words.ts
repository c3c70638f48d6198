/** Why signing in to the console through WeCom did not work, in words; the page shows them. */
export const MEMBER_WORDS = {
  off: '这里没有接企业微信，请用登录名和密码登录。',
  'not-here': '登录花的时间太长，或者不是从这个浏览器开始的。请再点一次“企业微信登录”。',
  declined: '您在企业微信里没有同意登录。要登录，请再点一次“企业微信登录”。',
  spent: '企业微信给的登录凭证用过了或过期了，请再点一次“企业微信登录”。',
  outsider: '您不是本单位企业微信的成员，不能这样登录。请换成单位的企业微信再扫，或者用登录名和密码。',
  unknown: '您的企业微信还没有对应的后台账号。请把下面的企业微信账号告诉管理员，由管理员在“账号”里填上。',
  several: '您的企业微信对着几个后台账号，不知道该用哪个。请管理员在“账号”里只留一个。',
  disabled: '您的后台账号已停用，请联系管理员。',
  down: '企业微信现在没有回应，请过一会儿再试，或者先用登录名和密码登录。',
  'too-often': '试得太多了，请过几分钟再试。',
} as const
export type MemberTrouble = keyof typeof MEMBER_WORDS
