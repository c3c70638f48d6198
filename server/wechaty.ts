/** A personal WeChat account through wechaty, which is loaded only where an operator names a puppet. */
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Message, OfficialPuppetNpmName, Wechaty } from 'wechaty'
import { ChannelError } from '../bot/channels/channel.ts'
import type { Media } from '../bot/channels/platform-api.ts'
import type { ChatAccount, ChatMessage, Person } from '../bot/channels/wechaty.ts'
import type { MessageBody } from '../bot/message.ts'
import { ConfigError } from './config.ts'
import type { Log } from './log.ts'
import { FILE_MODE } from './store/disk.ts'

type Types = typeof import('wechaty')['types']

/** For one call to the account, in ms: some puppets go through a telephone. */
const CALL_MS = 30_000
/** For a puppet to end, in ms. */
const STOP_MS = 5_000
/** Pauses after a start that failed, in ms; the last one from there on. */
const START_PAUSES_MS = [5_000, 30_000, 300_000] as const
/** What the media ids of this account's photos and recordings begin with. */
const MEDIA_PREFIX = 'wechaty:'

/** The account as the rest of the server knows it. */
export interface WechatyAccount extends ChatAccount {
  /** Begins to listen, and tries again when that fails. `hear` may reject: it is logged, and nothing else happens. */
  start(hear: (message: ChatMessage) => Promise<void>): void
  stop(): Promise<void>
  /** Whether a medium came through this account. */
  hasMedia(mediaId: string): boolean
  /** @throws {ChannelError} when it is not handed over */
  media(mediaId: string): Promise<Media>
}

/** wechaty with a puppet in it, not yet started. */
export interface LoadedWechaty {
  bot: Wechaty
  types: Types
}

/**
 * Loads wechaty with the puppet an operator named; it is never left to wechaty's own choice.
 *
 * @throws {ConfigError} when one of them is not installed, with the command that mends it
 */
export async function loadWechaty(puppet: string, dataDir: string): Promise<LoadedWechaty> {
  const missing = (cause: unknown) =>
    new ConfigError(
      [
        `WECHATY_PUPPET：没有装好 wechaty 和 ${puppet}，请运行 npm install wechaty ${puppet}；不接个人微信就删掉这一行`,
      ],
      { cause },
    )
  const { WechatyBuilder, types } = await import('wechaty').catch((error: unknown) => {
    throw missing(error)
  })
  await import(puppet).catch((error: unknown) => {
    throw missing(error)
  })
  if (!isPuppetName(puppet)) throw missing(undefined)
  // Whoever has this file is logged in.
  const name = join(dataDir, 'wechaty')
  await keepToOwner(`${name}.memory-card.json`)
  return { bot: WechatyBuilder.build({ name, puppet }), types }
}

/** wechaty's own list names the puppets its makers know; any package may be one. */
const isPuppetName = (name: string): name is OfficialPuppetNpmName => /wechaty-puppet-/.test(name)

async function keepToOwner(file: string): Promise<void> {
  await writeFile(file, '{}', { mode: FILE_MODE, flag: 'wx' }).catch(() => chmod(file, FILE_MODE))
}

export interface WechatySurroundings {
  log: Log
  /** Where an operator reads how to log in. */
  tell: (words: string) => void
}

export function wechatyAccount(
  { bot, types }: LoadedWechaty,
  { log, tell }: WechatySurroundings,
): WechatyAccount {
  let stopped = false
  let wake = () => {}
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  /** A handler that rejects would end the process. */
  const safely = (what: string, work: () => Promise<void>): void => {
    work().catch((error: unknown) => log.error({ error, what }, 'a wechaty handler failed'))
  }

  async function keepStarting(): Promise<void> {
    for (let attempt = 0; !stopped; attempt++) {
      try {
        return await bot.start()
      } catch (error) {
        log.error({ error }, '个人微信没有启动，过一会儿再试')
        await pause(START_PAUSES_MS[Math.min(attempt, START_PAUSES_MS.length - 1)] ?? 0)
      }
    }
  }

  async function personOf(id: string): Promise<NonNullable<Awaited<ReturnType<typeof findPerson>>>> {
    const person = await findPerson(id)
    if (!person) throw new ChannelError('not-found', 'waiting', '个人微信的联系人里没有这个人，等他来信再说')
    return person
  }
  const findPerson = (id: string) => within(bot.Contact.find({ id }))

  return {
    start(hear) {
      bot.on('message', (message) =>
        safely('message', async () => {
          const heard = await within(read(message, types))
          if (heard) await hear(heard)
        }),
      )
      bot.on('scan', (code) => {
        tell(`请用要接入的微信扫码登录：https://wechaty.js.org/qrcode/${encodeURIComponent(code)}\n`)
      })
      bot.on('login', () => log.info({}, '个人微信登录了'))
      bot.on('logout', () => log.warn({}, '个人微信退出了登录，要重新扫码'))
      bot.on('error', (error) => log.error({ error }, 'wechaty reported a fault'))
      safely('start', keepStarting)
    },
    async stop() {
      stopped = true
      wake()
      await within(bot.stop(), STOP_MS).catch((error: unknown) => log.warn({ error }, '个人微信没有停好'))
    },
    sayTo: async (id, text) => void (await within((await personOf(id)).say(text))),
    async sayIn(id, text, to) {
      const room = await within(bot.Room.find({ id }))
      if (!room) throw new ChannelError('not-found', 'waiting', '个人微信不在这个群里了')
      const person = await findPerson(to)
      await within(person ? room.say(text, person) : room.say(text))
    },
    hasMedia: (mediaId) => mediaId.startsWith(MEDIA_PREFIX),
    async media(mediaId) {
      const message = await within(bot.Message.find({ id: mediaId.slice(MEDIA_PREFIX.length) }))
      if (!message) throw new ChannelError('not-found', 'refused', '个人微信里找不到这张照片了')
      const file = await within(message.toFileBox())
      const bytes = await within(file.toBuffer())
      const fileName = file.name
        .replace(/[^\w.-]/g, '_')
        .replace(/^\.+/, '')
        .slice(0, 100)
      return { type: file.mediaType, fileName: fileName || 'media', bytes }
    },
  }
}

/** What somebody sent, freed of wechaty; null for what needs no answer, e.g. a sticker or a message taken back. */
async function read(message: Message, types: Types): Promise<ChatMessage | null> {
  const room = message.room()
  const talker = message.talker()
  const body = await bodyOf(message, types)
  if (body === null) return null
  const [remark, topic, called, mentionsUs] = await Promise.all([
    talker.alias(),
    room ? room.topic() : '',
    room?.alias(talker),
    room !== undefined && message.mentionSelf(),
  ])
  return {
    id: message.id,
    self: message.self(),
    sentAt: message.date(),
    from: { id: talker.id, names: namesOf(remark, called, talker.name()) },
    room: room ? { id: room.id, topic } : null,
    mentionsUs,
    body,
  }
}

/** What whoever keeps the account noted stands above what people call themselves. */
function namesOf(remark: string | undefined, inRoom: string | undefined, own: string): Person['names'] {
  if (remark) return [remark]
  return inRoom ? [inRoom, own] : [own]
}

async function bodyOf(message: Message, { Message: kinds }: Types): Promise<MessageBody | null> {
  const mediaId = `${MEDIA_PREFIX}${message.id}`
  switch (message.type()) {
    case kinds.Text:
      return { kind: 'text', text: message.room() ? await message.mentionText() : message.text() }
    case kinds.Image:
      return { kind: 'image', mediaId }
    case kinds.Audio:
      return { kind: 'voice', mediaId, format: '', transcript: null }
    case kinds.Video:
      return { kind: 'video', mediaId }
    case kinds.Url:
      return { kind: 'link', title: '', description: '', url: '' }
    case kinds.Location: {
      const place = await message.toLocation()
      const label = place.address() || place.name()
      return { kind: 'location', latitude: place.latitude(), longitude: place.longitude(), label }
    }
    default:
      return null
  }
}

/** @throws {ChannelError} `timeout` when nothing comes in time; it may have been done all the same */
async function within<T>(work: Promise<T>, ms: number = CALL_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const error = new ChannelError('timeout', 'retry', `个人微信 ${ms} 毫秒内没有答复`)
    timer = setTimeout(() => reject(error), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
