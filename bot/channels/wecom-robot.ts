/**
 * A WeCom group's robot (群机器人, now 消息推送): speaks to the advisors in one group.
 *
 * Source: developer.work.weixin.qq.com "消息推送配置说明" and "全局错误码". The key in the address is the whole
 * of the right to speak, so no error and no log may hold it.
 */
import { z } from 'zod'
import { type AdvisorChannel, TOLD_ALL, TOO_OFTEN } from './advisor-channel.ts'
import { ChannelError } from './channel.ts'

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

const answerSchema = z.looseObject({ errcode: z.number().int() })

const GONE = '群机器人发不出消息：请核对 WECOM_ROBOT_KEY，或在群里重新添加机器人；修好以前顾问收不到提醒'

/** What becomes of the words, and what an operator should look at, by the platform's errcode. */
export const ROBOT_ERRCODES: Readonly<Record<string, readonly [ChannelError['outcome'], string]>> = {
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
  const url = new URL(`${new URL(base).pathname.replace(/\/$/, '')}/cgi-bin/webhook/send`, base)
  url.searchParams.set('key', key)
  return {
    name: 'wecom-robot',
    maxBytes: ROBOT_MAX_BYTES,
    perMinute: ROBOT_PER_MINUTE,
    carriesCards: false,
    async tell({ text: content, callsAll, mentions }) {
      const called = callsAll ? ['@all'] : mentions
      const text = called.length > 0 ? { content, mentioned_list: called } : { content }
      const response = await answered(() =>
        fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ msgtype: 'text', text }),
          redirect: 'error',
          signal: AbortSignal.timeout(timeoutMs),
        }),
      )
      const { errcode } = readAnswer(await answered(() => response.text()), response.status)
      if (errcode === 0) return TOLD_ALL
      const code = String(errcode)
      const [outcome, hint] = ROBOT_ERRCODES[code] ?? [
        'retry',
        `企业微信返回错误码 ${code}，请查企业微信“全局错误码”`,
      ]
      throw new ChannelError(code, outcome, hint)
    },
  }
}

/** The cause is left out: a fault of fetch may quote the address. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new ChannelError('timeout', 'retry', '企业微信没有及时答复；消息可能已经送达')
    throw new ChannelError('network', 'retry', '连接不上企业微信，请检查网络与 WECOM_API_BASE')
  }
}

function readAnswer(text: string, status: number): z.infer<typeof answerSchema> {
  const hint = `企业微信的答复不对（HTTP ${status}），请检查 WECOM_API_BASE 和网络出口`
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch {
    throw new ChannelError(status === 200 ? 'not-json' : `http-${status}`, 'retry', hint)
  }
}
