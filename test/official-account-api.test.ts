import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { announcementData } from '../bot/channels/announcement.ts'
import { ChannelError } from '../bot/channels/channel.ts'
import {
  ERRCODES,
  type OfficialAccountApiSettings,
  officialAccountApi,
  officialAccountChannel,
} from '../bot/channels/official-account-api.ts'
import { MAX_MEDIA_BYTES } from '../bot/channels/platform-api.ts'
import { STAGE_WORDS } from '../flows/ticket/ticket.ts'

const TOKEN = '/cgi-bin/stable_token'
const SEND = '/cgi-bin/message/custom/send'
const TEMPLATE = '/cgi-bin/message/template/send'
const SUBSCRIPTION = '/cgi-bin/message/subscribe/bizsend'
const MENU = '/cgi-bin/menu/create'
const MEDIA = '/cgi-bin/media/get'
const secret = 'top-secret-0123456789'

interface Asked {
  path: string
  query: URLSearchParams
  body: string
}
interface Answer {
  status?: number
  headers?: Record<string, string>
  body: string | Buffer
}
/** `hang` never answers, `reset` breaks the line, `stall` breaks off in the middle of the body. */
type Line = Answer | 'hang' | 'reset' | 'stall'
type Script = Line[] | ((asked: Asked) => Line)

/** A platform on the loopback that says what a test tells it; the last line of a script is repeated. */
let server: Server
let scripts: Record<string, Script>
let asked: Asked[]
let pauses: number[]
let clock: number

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) })
const accepted = json({ errcode: 0, errmsg: 'ok' })
const error = (errcode: number, errmsg = '') => json({ errcode, errmsg })
const moved: Answer = { status: 307, headers: { location: '/elsewhere' }, body: '' }
const html: Answer = { headers: { 'content-type': 'text/html' }, body: '<html>请登录</html>' }

beforeEach(async () => {
  let issued = 0
  scripts = {
    [TOKEN]: () => json({ access_token: `token-${++issued}`, expires_in: 7200 }),
    [SEND]: [accepted],
  }
  asked = []
  pauses = []
  clock = Date.parse('2026-03-03T09:00:00+08:00')
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://platform')
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const entry = {
        path: url.pathname,
        query: url.searchParams,
        body: Buffer.concat(chunks).toString(),
      }
      asked.push(entry)
      const script = scripts[url.pathname] ?? []
      const line =
        typeof script === 'function' ? script(entry) : script.length > 1 ? script.shift() : script[0]
      if (line === 'hang') return
      if (line === undefined || line === 'reset') {
        request.socket.resetAndDestroy()
        return
      }
      if (line === 'stall') {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write('{"errcode":')
        return
      }
      response.writeHead(line.status ?? 200, { 'content-type': 'application/json', ...line.headers })
      response.end(line.body)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
})

afterEach(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
})

function baseOf(running: Server): string {
  const address = running.address()
  if (address === null || typeof address === 'string') throw new Error('The server is not listening')
  return `http://127.0.0.1:${address.port}`
}

function api(settings: Partial<OfficialAccountApiSettings> = {}) {
  return officialAccountApi({
    appId: 'wx1',
    secret,
    base: baseOf(server),
    fetch,
    now: () => new Date(clock),
    timeoutMs: 5000,
    wait: async (ms) => {
      pauses.push(ms)
    },
    ...settings,
  })
}

const times = (path: string) => asked.filter((entry) => entry.path === path).length

async function failure(act: Promise<unknown>): Promise<ChannelError> {
  try {
    await act
  } catch (thrown) {
    if (!(thrown instanceof ChannelError)) throw thrown
    // Whatever fails, neither the secret nor a token nor the resident is named.
    for (const hidden of [secret, 'token-', 'o-resident', '您好']) {
      expect(`${thrown.message} ${thrown.stack} ${String(thrown.cause)}`).not.toContain(hidden)
    }
    return thrown
  }
  throw new Error('It was accepted')
}

const sendFailure = (settings?: Partial<OfficialAccountApiSettings>) =>
  failure(api(settings).sendText('o-resident', '您好'))

describe('sending', () => {
  test('says the words to the resident, as UTF-8', async () => {
    await api().sendText('o-resident', '您好 👵 <a href="https://a.cn/?a=1&b=2">看</a>')
    expect(asked.at(-1)?.query.get('access_token')).toBe('token-1')
    expect(asked.at(-1)?.body).toBe(
      String.raw`{"touser":"o-resident","msgtype":"text","text":{"content":"您好 👵 <a href=\"https://a.cn/?a=1&b=2\">看</a>"}}`,
    )
  })

  test('never shows \\uXXXX, even for half an emoji', async () => {
    await api().sendText('o-resident', '好\ud83d\u0001')
    expect(asked.at(-1)?.body).toContain('"content":"好"')
  })

  test('as a channel speaks a reply with its choices and link', async () => {
    const channel = officialAccountChannel(api())
    expect(channel).toMatchObject({ name: 'official-account', maxBytes: 2000 })
    await channel.send('o-resident', {
      text: '您好',
      choices: [{ label: '材料', says: '低保材料' }],
      link: { title: '全文', url: 'https://a.cn' },
    })
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toMatchObject({
      text: { content: '您好\n1 材料\n全文:https://a.cn' },
    })
  })

  test.each([TOKEN, SEND])('a command that is sent elsewhere goes nowhere (%s)', async (path) => {
    scripts[path] = [moved]
    scripts['/elsewhere'] = [accepted]
    expect(await sendFailure()).toMatchObject({ code: 'network' })
    expect(times('/elsewhere')).toBe(0)
  })

  describe('an announcement', () => {
    const news = { id: 'row-1', ticket: 'Q-0412-6', stage: '转办', at: new Date('2026-03-03T09:05:00+08:00') }
    const fields = ['thing1', 'phrase2', 'time3', 'character_string4', 'thing5']

    test('goes out as a template message, in the form each keyword wants', async () => {
      scripts[TEMPLATE] = [accepted]
      const template = { kind: 'template', id: 'TEMPLATE-1', fields } as const
      await officialAccountChannel(api(), template).announce?.('o-resident', news)
      expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({
        touser: 'o-resident',
        template_id: 'TEMPLATE-1',
        client_msg_id: 'row-1',
        data: {
          thing1: { value: '您的求助有了新消息' },
          phrase2: { value: '转办' },
          time3: { value: '2026年3月3日 09:05' },
          character_string4: { value: 'Q-0412-6' },
          thing5: { value: '发条消息来，就能看到' },
        },
      })
    })

    test('goes out as a subscription message', async () => {
      scripts[SUBSCRIPTION] = [accepted]
      const template = { kind: 'subscription', id: 'TEMPLATE-2', fields: ['phrase1'] } as const
      await officialAccountChannel(api(), template).announce?.('o-resident', news)
      expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual({
        touser: 'o-resident',
        template_id: 'TEMPLATE-2',
        data: { phrase1: { value: '转办' } },
      })
    })

    test('fits the platform whatever the stage', () => {
      for (const stage of Object.values(STAGE_WORDS)) {
        const data = announcementData(fields, { ...news, stage })
        expect(data['phrase2']?.value).toMatch(/^[\u4e00-\u9fa5]{1,5}$/)
        for (const thing of ['thing1', 'thing5'])
          expect([...(data[thing]?.value ?? '')].length).toBeLessThanOrEqual(20)
        expect(data['character_string4']?.value).toMatch(/^[\x21-\x7e]{1,32}$/)
      }
    })

    test('does not exist where the account has no template', () => {
      expect(officialAccountChannel(api()).announce).toBeUndefined()
    })

    test.each([
      [40037, 'WECHAT_TEMPLATE_PROGRESS'],
      [47003, 'WECHAT_TEMPLATE_FIELDS'],
      [43004, '没有关注'],
      [43101, '没有同意'],
    ])('that is refused (%i) names what mends it', async (errcode, words) => {
      scripts[TEMPLATE] = [error(errcode)]
      const template = { kind: 'template', id: 'T', fields } as const
      const refused = await failure(api().announce('o-resident', template, news))
      expect(refused).toMatchObject({ code: String(errcode), outcome: 'refused' })
      expect(refused.operatorHint).toContain(words)
    })

    test('that was not answered is repeated as a template message, which is shown once, and not otherwise', async () => {
      scripts[TEMPLATE] = ['hang', accepted]
      scripts[SUBSCRIPTION] = ['hang', accepted]
      const hasty = api({ timeoutMs: 300 })
      await hasty.announce('o-resident', { kind: 'template', id: 'T', fields }, news)
      expect(times(TEMPLATE)).toBe(2)
      await failure(hasty.announce('o-resident', { kind: 'subscription', id: 'T', fields }, news))
      expect(times(SUBSCRIPTION)).toBe(1)
    })
  })

  test('works through a relay with a path of its own', async () => {
    scripts = { [`/relay${TOKEN}`]: scripts[TOKEN] ?? [], [`/relay${SEND}`]: [accepted] }
    await api({ base: `${baseOf(server)}/relay/` }).sendText('o-resident', '您好')
    expect(times(`/relay${SEND}`)).toBe(1)
  })
})

describe('the access token', () => {
  test('is asked for once by concurrent callers, in the way that keeps other tokens alive', async () => {
    const shared = api()
    await Promise.all(Array.from({ length: 10 }, () => shared.sendText('o-resident', '您好')))
    expect(times(TOKEN)).toBe(1)
    expect(times(SEND)).toBe(10)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      grant_type: 'client_credential',
      appid: 'wx1',
      secret,
      force_refresh: false,
    })
  })

  test('is kept until five minutes before it expires', async () => {
    const shared = api()
    await shared.sendText('o-resident', '您好')
    clock += (7200 - 300) * 1000 - 1
    await shared.sendText('o-resident', '您好')
    expect(times(TOKEN)).toBe(1)
    clock += 1
    await shared.sendText('o-resident', '您好')
    expect(times(TOKEN)).toBe(2)
  })

  test.each([40001, 40014, 42001])(
    'is renewed once for ten callers when the platform says %i',
    async (errcode) => {
      const shared = api()
      scripts[SEND] = ({ query }) => (query.get('access_token') === 'token-1' ? error(errcode) : accepted)
      await Promise.all(Array.from({ length: 10 }, () => shared.sendText('o-resident', '您好')))
      expect(times(TOKEN)).toBe(2)
      expect(times(SEND)).toBe(20)
    },
  )

  test('is renewed by force when the platform repeats the one it rejects', async () => {
    scripts[TOKEN] = ({ body }) =>
      json({ access_token: JSON.parse(body).force_refresh ? 'token-new' : 'token-old', expires_in: 7200 })
    scripts[SEND] = ({ query }) => (query.get('access_token') === 'token-old' ? error(40001) : accepted)
    await api().sendText('o-resident', '您好')
    expect(asked.map(({ body }) => JSON.parse(body).force_refresh)).toEqual([
      false,
      undefined,
      false,
      true,
      undefined,
    ])
  })

  test('is not renewed in a loop when every token is rejected, and not by force twice in 30 seconds', async () => {
    scripts[TOKEN] = [json({ access_token: 'token-same', expires_in: 7200 })]
    scripts[SEND] = [error(40001)]
    const shared = api()
    const first = await failure(shared.sendText('o-resident', '您好'))
    expect(first).toMatchObject({ code: '40001', outcome: 'retry' })
    expect([times(TOKEN), times(SEND)]).toEqual([3, 2])
    await failure(shared.sendText('o-resident', '您好'))
    expect([times(TOKEN), times(SEND)]).toEqual([4, 4])
  })

  test.each([40001, 40125])(
    'with a wrong secret (%i) fails at once and says what to mend',
    async (errcode) => {
      scripts[TOKEN] = [error(errcode, 'invalid credential, rid: 65f0-1a2b-3c4d')]
      const failed = await sendFailure()
      expect(failed).toMatchObject({ code: String(errcode), outcome: 'refused' })
      expect(failed.operatorHint).toContain('核对 WECHAT_APP_SECRET')
      expect(failed.operatorHint).toContain('rid 65f0-1a2b-3c4d')
      expect([times(TOKEN), times(SEND)]).toEqual([1, 0])
    },
  )

  test('from an address that is not allowed, says which address to allow', async () => {
    scripts[TOKEN] = [
      error(40164, 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2'),
    ]
    const failed = await sendFailure()
    expect(failed).toMatchObject({ code: '40164', outcome: 'waiting' })
    expect(failed.operatorHint).toContain('白名单')
    expect(failed.operatorHint).toContain('203.0.113.7')
  })

  test('is asked for again after a failure', async () => {
    scripts[TOKEN] = [error(40125), json({ access_token: 'token-1', expires_in: 7200 })]
    const shared = api()
    await failure(shared.sendText('o-resident', '您好'))
    await shared.sendText('o-resident', '您好')
    expect(times(SEND)).toBe(1)
  })

  test('is not taken from an answer that has none', async () => {
    scripts[TOKEN] = [json({ expires_in: 7200 })]
    expect(await sendFailure()).toMatchObject({ code: 'not-json', outcome: 'retry' })
  })
})

describe('what the platform refuses', () => {
  test.each([
    [45015, 'waiting'],
    [45047, 'waiting'],
    [48001, 'waiting'],
    [40003, 'refused'],
    [43004, 'refused'],
    [48002, 'refused'],
    [50005, 'refused'],
    [45002, 'refused'],
    [44004, 'refused'],
    [40007, 'refused'],
    [45008, 'refused'],
    [45009, 'retry'],
    [45011, 'retry'],
    [99999, 'retry'],
  ])('errcode %i is "%s", asked once, explained in Chinese', async (errcode, outcome) => {
    scripts[SEND] = [error(errcode, 'hint: [o-resident]')]
    const failed = await sendFailure()
    expect(failed).toMatchObject({ code: String(errcode), outcome })
    expect(failed.operatorHint).toMatch(/[一-龥]/)
    expect(times(SEND)).toBe(1)
    expect(pauses).toEqual([])
  })

  test('is judged by errcode and not by HTTP status', async () => {
    scripts[SEND] = [{ ...error(45015), status: 500 }]
    expect(await sendFailure()).toMatchObject({ code: '45015', outcome: 'waiting' })
    scripts[SEND] = [{ ...accepted, status: 201 }]
    await api().sendText('o-resident', '您好')
  })

  test('every known errcode has a hint', () => {
    for (const [, hint] of Object.values(ERRCODES)) expect(hint).toMatch(/[一-龥]/)
  })
})

describe('a platform in trouble', () => {
  test('that is busy (-1) is asked again after a growing pause', async () => {
    scripts[SEND] = [error(-1), error(-1), accepted]
    await api().sendText('o-resident', '您好')
    expect(times(SEND)).toBe(3)
    expect(pauses).toEqual([300, 1200])
  })

  test('that stays busy is given up after three times, for the caller to retry later', async () => {
    scripts[SEND] = [error(-1)]
    expect(await sendFailure()).toMatchObject({ code: '-1', outcome: 'retry' })
    expect(times(SEND)).toBe(3)
  })

  test('that answers 500 is asked again', async () => {
    scripts[SEND] = [{ status: 500, body: '' }, accepted]
    await api().sendText('o-resident', '您好')
    scripts[SEND] = [{ ...html, status: 502 }]
    expect(await sendFailure()).toMatchObject({ code: 'http-502', outcome: 'retry' })
  })

  test.each([
    ['a page', html],
    ['nothing', { body: '' }],
    ['half a JSON', { body: '{"errcode":' }],
    ['a list', { body: '[]' }],
    ['no errcode', { body: '{}' }],
    ['an errcode in words', { body: '{"errcode":"0"}' }],
  ])('that answers with %s has not accepted anything', async (_, answer) => {
    scripts[SEND] = [answer]
    expect(await sendFailure()).toMatchObject({ code: 'not-json', outcome: 'retry' })
    expect(times(SEND)).toBe(1)
  })

  test.each(['hang', 'stall'] as const)(
    'that does not finish (%s) may have heard us, so nothing is repeated',
    async (line) => {
      scripts[SEND] = [line]
      const failed = await sendFailure({ timeoutMs: 80 })
      expect(failed).toMatchObject({ code: 'timeout', outcome: 'retry' })
      expect(failed.operatorHint).toContain('可能已经送达')
      expect(times(SEND)).toBe(1)
    },
  )

  test('that breaks the line may have heard us, so nothing is repeated', async () => {
    scripts[SEND] = ['reset']
    expect(await sendFailure()).toMatchObject({ code: 'network', outcome: 'retry' })
    expect(times(SEND)).toBe(1)
  })

  test('that cannot be reached has heard nothing, so it is tried again', async () => {
    const gone = createServer()
    await new Promise<void>((ready) => gone.listen(0, '127.0.0.1', ready))
    const base = baseOf(gone)
    await new Promise((closed) => gone.close(closed))
    let sends = 0
    const relayed: typeof fetch = (input, init) => {
      if (!String(input).includes(SEND)) return fetch(input, init)
      sends++
      return fetch(sends < 3 ? base : input, init)
    }
    await api({ fetch: relayed }).sendText('o-resident', '您好')
    expect(pauses).toEqual([300, 1200])
  })

  test('breaks the line while giving a token: that is harmless to repeat', async () => {
    scripts[TOKEN] = ['reset', 'reset', json({ access_token: 'token-1', expires_in: 7200 })]
    await api().sendText('o-resident', '您好')
    expect(times(TOKEN)).toBe(3)
  })
})

describe('the menu', () => {
  const menu = {
    button: [
      { type: 'click' as const, name: '求助', key: 'help' },
      { name: '更多', sub_button: [{ type: 'view' as const, name: '政策', url: 'https://a.cn' }] },
    ],
  }

  test('is set as given, and again when the line broke', async () => {
    scripts[MENU] = ['reset', accepted]
    await api().setMenu(menu)
    expect(JSON.parse(asked.at(-1)?.body ?? '')).toEqual(menu)
  })

  test('with a name too long is refused', async () => {
    scripts[MENU] = [error(40018)]
    expect(await failure(api().setMenu(menu))).toMatchObject({ code: '40018', outcome: 'refused' })
  })
})

describe('a QR code', () => {
  const CREATE = '/cgi-bin/qrcode/create'
  const SHOW = '/cgi-bin/showqrcode'
  const ticket = 'gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGlu+/A=='
  const image: Answer = { headers: { 'content-type': 'image/jpg' }, body: Buffer.from([0xff, 0xd8, 0xff, 0]) }
  const making = (settings?: Partial<OfficialAccountApiSettings>) => api(settings).qrCode('area:g1')
  beforeEach(() => {
    scripts[CREATE] = [json({ ticket, url: 'http://weixin.qq.com/q/x' })]
    scripts[SHOW] = [image]
  })

  test('never expires, carries its scene, and comes as an image', async () => {
    expect(await making()).toMatchObject({ type: 'image/jpg', bytes: Buffer.from([0xff, 0xd8, 0xff, 0]) })
    expect(JSON.parse(asked.at(-2)?.body ?? '')).toEqual({
      action_name: 'QR_LIMIT_STR_SCENE',
      action_info: { scene: { scene_str: 'area:g1' } },
    })
    expect(asked.at(-1)?.query.get('ticket')).toBe(ticket)
  })

  test.each([
    ['https://api.weixin.qq.com', 'https://mp.weixin.qq.com/cgi-bin/showqrcode'],
    ['https://sh.api.weixin.qq.com', 'https://mp.weixin.qq.com/cgi-bin/showqrcode'],
    ['https://relay.example.gov.cn/wx', 'https://relay.example.gov.cn/wx/cgi-bin/showqrcode'],
  ])('made at %s is fetched at %s', async (base, where) => {
    const addresses: string[] = []
    const recorded: typeof fetch = (input, init) => {
      const url = new URL(String(input))
      addresses.push(url.origin + url.pathname)
      return fetch(baseOf(server) + url.pathname.replace('/wx/', '/') + url.search, init)
    }
    await making({ base, fetch: recorded })
    expect(addresses.at(-1)).toBe(where)
  })

  test('is made again when the line broke or the token was rejected', async () => {
    scripts[CREATE] = ['reset', error(40001), json({ ticket })]
    scripts[SHOW] = ['stall', 'reset', image]
    expect((await making({ timeoutMs: 300 })).bytes).toHaveLength(4)
    expect(times(TOKEN)).toBe(2)
  })

  test.each([
    [45009, 'retry', '今天的接口调用次数已用完'],
    [45011, 'retry', '请过几分钟再试'],
    [45029, 'refused', '最多 10 万个'],
    [48001, 'refused', '带参数二维码'],
    [40001, 'retry', 'access_token'],
  ])('refused with %i says what to do', async (code, outcome, hint) => {
    scripts[CREATE] = [error(code, 'hint: o-resident')]
    const thrown = await failure(making())
    expect(thrown).toMatchObject({ code: String(code), outcome })
    expect(thrown.operatorHint).toContain(hint)
  })

  test.each<[string, Line]>([
    ['a page', html],
    ['words', json({ ok: true })],
    ['another file', { headers: { 'content-type': 'audio/amr' }, body: 'x' }],
    ['nothing', { headers: { 'content-type': 'image/jpg' }, body: '' }],
  ])('that comes as %s is none', async (_, line) => {
    scripts[SHOW] = [line]
    expect(await failure(making())).toMatchObject({ code: 'not-json', outcome: 'retry' })
  })
})

describe('what a resident sent', () => {
  const amr = Buffer.from('#!AMR\n\u0000\u00ff', 'latin1')
  const voice: Answer = {
    headers: { 'content-type': 'audio/amr', 'content-disposition': 'attachment; filename="m-1.amr"' },
    body: amr,
  }

  test('comes with its kind, name and bytes', async () => {
    scripts[MEDIA] = [voice]
    const media = await api().media('m/1+2=')
    expect(media).toMatchObject({ type: 'audio/amr', fileName: 'm-1.amr' })
    expect(Buffer.from(media.bytes)).toEqual(amr)
    expect(asked.at(-1)?.query.get('media_id')).toBe('m/1+2=')
  })

  test.each([
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    ['attachment; filename=".htaccess"', 'htaccess'],
    ['attachment; filename="a b;c.amr"', 'a_b'],
    ['attachment', 'media'],
    ['', 'media'],
  ])('has a name that is safe to keep it under: %s', async (disposition, fileName) => {
    scripts[MEDIA] = [
      { ...voice, headers: { 'content-disposition': disposition, 'content-type': 'image/jpeg' } },
    ]
    expect((await api().media('m1')).fileName).toBe(fileName)
  })

  test.each(['application/json; encoding=utf-8', 'text/plain'])('or an error, as %s', async (type) => {
    scripts[MEDIA] = [{ ...error(40007, 'invalid media_id'), headers: { 'content-type': type } }]
    expect(await failure(api().media('m1'))).toMatchObject({ code: '40007', outcome: 'refused' })
  })

  test('is fetched again with a fresh token when the first was rejected', async () => {
    scripts[MEDIA] = [error(42001), voice]
    expect((await api().media('m1')).type).toBe('audio/amr')
    expect(times(TOKEN)).toBe(2)
  })

  test('as a video is fetched from where the platform says, without our token', async () => {
    scripts[MEDIA] = [json({ video_url: `${baseOf(server)}/video.mp4?key=1` })]
    scripts['/video.mp4'] = [{ headers: { 'content-type': 'video/mp4' }, body: 'mp4' }]
    expect(await api().media('m1')).toMatchObject({ type: 'video/mp4' })
    expect(asked.at(-1)?.query.toString()).toBe('key=1')
  })

  test.each(['file:///etc/passwd', 'javascript:1', 'x', ''])(
    'as a video at "%s" is not fetched',
    async (video_url) => {
      scripts[MEDIA] = [json({ video_url })]
      expect(await failure(api().media('m1'))).toMatchObject({ code: 'not-json' })
    },
  )

  test('as a video may lie elsewhere, which a medium itself may not', async () => {
    scripts[MEDIA] = [json({ video_url: `${baseOf(server)}/video.mp4` })]
    scripts['/video.mp4'] = [moved]
    scripts['/elsewhere'] = [{ headers: { 'content-type': 'video/mp4' }, body: 'mp4' }]
    expect(await api().media('m1')).toMatchObject({ type: 'video/mp4' })
    scripts[MEDIA] = [moved]
    expect(await failure(api().media('m2'))).toMatchObject({ code: 'network' })
    expect(times('/elsewhere')).toBe(1)
  })

  test('as a video that leads to another answer is given up, not followed', async () => {
    scripts[MEDIA] = [json({ video_url: `${baseOf(server)}/video.mp4` })]
    scripts['/video.mp4'] = [json({ video_url: `${baseOf(server)}/video.mp4` })]
    expect(await failure(api().media('m1'))).toMatchObject({ code: 'not-json' })
    expect(times('/video.mp4')).toBe(1)
  })

  test('may be 12 MB and no more, and is not read to the end to find out', async () => {
    const image = { 'content-type': 'image/jpeg' }
    scripts[MEDIA] = [
      { headers: image, body: Buffer.alloc(MAX_MEDIA_BYTES) },
      { headers: image, body: Buffer.alloc(MAX_MEDIA_BYTES + 1) },
    ]
    const shared = api()
    expect((await shared.media('m1')).bytes.length).toBe(MAX_MEDIA_BYTES)
    expect(await failure(shared.media('m1'))).toMatchObject({ code: 'too-large', outcome: 'refused' })
    expect(times(MEDIA)).toBe(2)
  })

  test('behind a login page is not mistaken for a medium', async () => {
    scripts[MEDIA] = [html]
    expect(await failure(api().media('m1'))).toMatchObject({ code: 'not-json' })
    scripts[MEDIA] = [{ status: 403, headers: { 'content-type': 'image/png' }, body: 'x' }]
    expect(await failure(api().media('m1'))).toMatchObject({ code: 'http-403', outcome: 'retry' })
  })
})

test('a base that is no address stops at once', () => {
  expect(() => api({ base: 'api.weixin.qq.com' })).toThrow(TypeError)
})
