/**
 * A WeCom group's robot (群机器人, now 消息推送): speaks to the advisors in one group.
 *
 * Source: developer.work.weixin.qq.com "消息推送配置说明" and "全局错误码". The key in the address is the whole
 * of the right to speak, so no error and no log may hold it.
 */
import { type AdvisorChannel, TOLD_ALL, TOO_OFTEN, withLink } from './advisor-channel.ts'
import { answerSchema, type Errcodes, platformApi, post } from './platform-api.ts'
import { WECOM } from './wecom-api.ts'

/** A text message's limit. Plain text, as markdown is not shown to those who read WeCom inside WeChat. */
export const ROBOT_MAX_BYTES = 2048
/** Messages a robot may send in any minute. */
export const ROBOT_PER_MINUTE = 20
/** Shorter than a resident in danger may wait. */
const TIMEOUT_MS = 5000

export interface WecomRobotSettings {
  key: string
  /** Without a path; `https://qyapi.weixin.qq.com` unless a test or a relay stands in. */
  base: string
  fetch: typeof fetch
  /** For one request including its answer; default 5000. */
  timeoutMs?: number
}

const GONE = '群机器人发不出消息：请核对 WECOM_ROBOT_KEY，或在群里重新添加机器人；修好以前顾问收不到提醒'

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export const ROBOT_ERRCODES: Errcodes = {
  '-1': ['retry', '企业微信繁忙，稍后自动再试'],
  [TOO_OFTEN]: ['retry', '群机器人一分钟内发得太多，稍后自动再试；请看是否有别的程序用同一个机器人'],
  '45033': ['retry', '群机器人同时发得太多，稍后自动再试'],
  '93000': ['waiting', GONE],
  '93004': ['waiting', '群机器人已停用，请在企业微信里启用；修好以前顾问收不到提醒'],
  '93005': ['waiting', '群机器人不在群聊里，请重新添加；修好以前顾问收不到提醒'],
  '93008': ['waiting', '群机器人已不在群里，请重新添加；修好以前顾问收不到提醒'],
  '40008': ['refused', '企业微信不认识这种消息'],
  '40058': ['refused', '企业微信说消息的内容不对'],
  '44004': ['refused', '消息内容为空'],
  '45002': ['refused', `消息超过 ${ROBOT_MAX_BYTES} 字节`],
}

export function wecomRobot({ key, base, fetch, timeoutMs = TIMEOUT_MS }: WecomRobotSettings): AdvisorChannel {
  const platform = platformApi({ ...WECOM, errcodes: ROBOT_ERRCODES, base, fetch, timeoutMs })
  const url = platform.at('/cgi-bin/webhook/send', { key })
  return {
    name: 'wecom-robot',
    maxBytes: ROBOT_MAX_BYTES,
    perMinute: ROBOT_PER_MINUTE,
    carriesCards: false,
    async tell({ text: words, callsAll, mentions, card }) {
      const content = withLink(words, card?.url ?? null, ROBOT_MAX_BYTES)
      const called = callsAll ? ['@all'] : mentions
      const text = called.length > 0 ? { content, mentioned_list: called } : { content }
      // Tried once: whoever tells tries again later, and counts every try.
      await platform.accepted(url, post({ msgtype: 'text', text }), answerSchema)
      return TOLD_ALL
    },
  }
}
