/** `/t`: an advisor's tickets on their phone, behind WeCom's sign-in. The pages are in advisor-page/. */
import Router from '@koa/router'
import type { Context } from 'koa'
import type { ReadRoster } from '../bot/roster.ts'
import { isUnavailable } from '../bot/store.ts'
import { EVENT_KINDS, EVENT_WORDS, type Ticket } from '../flows/ticket/ticket.ts'
import { TicketError } from '../flows/ticket/ticket-error.ts'
import { isTicketNumber } from '../flows/ticket/ticket-number.ts'
import { createDeeds } from './advisor-page/deeds.ts'
import { type Refused, readSent } from './advisor-page/form.ts'
import { readStyle, send } from './advisor-page/layout.ts'
import { authorizeUrl, type Login, whoCame } from './advisor-page/login.ts'
import { aboutTicket, doerOf, type Found, findTicket, plateOf, type Visitor } from './advisor-page/look.ts'
import { NOTICES, type NoticeName, noticePage } from './advisor-page/notices.ts'
import { photoOf, type ReadPhoto } from './advisor-page/photo.ts'
import { platePage } from './advisor-page/plate-page.ts'
import { playPage } from './advisor-page/play.ts'
import { createSessions, type Session } from './advisor-page/session.ts'
import { HAND_BACK, SAY, ticketPage } from './advisor-page/ticket-page.ts'
import { VISIT } from './advisor-page/visit.ts'
import { readBody } from './body.ts'
import { type Desk, noteLook } from './desk/desk.ts'
import type { Hear } from './desk/hear.ts'
import type { Log } from './log.ts'

export interface AdvisorPageOptions {
  desk: Desk
  roster: ReadRoster
  /** Answers an advisor's line; visits are noted that way. */
  hear: Hear
  /** Null when there is no way to know who somebody is; then nothing is shown. */
  login: Login | null
  /** Where the server is found; https makes the cookies secure. */
  publicUrl: string | null
  /** The wall clock, for sessions. */
  clock: () => Date
  /** Photos of papers; by default none is kept here. */
  readPhoto?: ReadPhoto
  log: Pick<Log, 'warn' | 'error'>
}

/** Whatever a picture may hold, it runs nothing and is no page of ours. */
const PHOTO_CSP = "default-src 'none'; frame-ancestors 'none'; sandbox"
/** A file's address changes with its content. */
const STYLE_CACHE = 'public, max-age=31536000, immutable'

/**
 * The routes of the advisors' page: `/t` is 我的, `/t/<number>` a ticket.
 *
 * @throws {Error} at once when the style sheet is missing
 */
export function advisorRoutes(options: AdvisorPageOptions): Router {
  const { desk, roster: readRoster, login, publicUrl, clock, readPhoto = async () => null, log } = options
  const { store, now, newId, fingerprint } = desk
  const style = readStyle()
  const secure = publicUrl?.startsWith('https:') === true
  const sessions = createSessions({ fingerprint, clock, newId, secure })
  const carryOut = createDeeds(desk, options.hear)
  const router = new Router({ prefix: '/t' })

  router.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!isUnavailable(error)) throw error
      log.error({ error }, "an advisor's page could not be kept")
      refuse(ctx, 'unkept')
    }
  })

  const refuse = (ctx: Context, name: NoticeName, who: string | null = null): void =>
    send(ctx, NOTICES[name].status, noticePage(name, who, style))

  /** Who is asking; otherwise they are sent to sign in, or told why they cannot, and it is null. */
  async function visitorOf(ctx: Context, to: string): Promise<(Visitor & { session: Session }) | null> {
    const session = login && sessions.current(ctx)
    if (session) {
      const roster = await readRoster()
      const advisor = roster.advisors.get(session.advisor)
      if (advisor) return { session, advisor, roster, now: now() }
      sessions.end(ctx)
      refuse(ctx, 'unknown')
    } else if (!login) refuse(ctx, 'no-login')
    else if (ctx.method !== 'GET') refuse(ctx, 'stale')
    else if (login.kind === 'wecom') ctx.redirect(authorizeUrl(login, '/t/sign-in', sessions.leave(ctx, to)))
    else ctx.redirect(`/t/play${to === '' ? '' : `?to=${to}`}`)
    return null
  }

  const showTicket = async (
    ctx: Context,
    visitor: Visitor & { session: Session },
    found: Found,
    said: { done: string | null; refused: Refused | null },
  ): Promise<void> => {
    const { ticket, sight } = found
    if (sight === 'shut') return refuse(ctx, 'shut', visitor.advisor.name)
    if (sight === 'full') await noteLook(desk, doerOf(visitor.advisor), ticket.number, { shown: 'page' })
    const about = await aboutTicket(store, found, visitor)
    const carried = {
      number: ticket.number,
      token: sessions.formToken(visitor.session),
      seq: ticket.seq,
      once: newId(),
    }
    const page = ticketPage({ ...visitor, ...about, ...said, ticket, sight, carried }, style)
    send(ctx, said.refused ? 422 : 200, page)
  }

  router.get('/style.css', (ctx) => {
    ctx.set('Cache-Control', ctx.query['v'] === style.hash ? STYLE_CACHE : 'no-cache')
    ctx.type = 'text/css; charset=utf-8'
    ctx.body = style.bytes
  })

  router.get('/sign-in', async (ctx) => {
    if (login?.kind === 'play') return ctx.redirect('/t/play')
    if (!login) return refuse(ctx, 'no-login')
    const to = sessions.arrive(ctx, single(ctx.query['state']))
    if (to === null) return refuse(ctx, 'not-here')
    const came = await whoCame(login, single(ctx.query['code']))
    if ('why' in came) {
      if (came.why === 'down') log.warn({ error: came.error }, 'an advisor could not sign in: WeCom')
      return refuse(ctx, came.why)
    }
    if (!(await readRoster()).advisors.has(came.userid)) return refuse(ctx, 'unknown')
    sessions.begin(ctx, came.userid)
    ctx.redirect(`/t${to === '' ? '' : `/${to}`}`)
  })

  if (login?.kind === 'play') {
    router.get('/play', async (ctx) => {
      const roster = await readRoster()
      const to = single(ctx.query['to'])
      const known = isTicketNumber(to) ? to : ''
      const advisor = isFromElsewhere(ctx) ? undefined : roster.advisors.get(single(ctx.query['as']))
      if (!advisor) return send(ctx, 200, playPage(roster, known, style))
      sessions.begin(ctx, advisor.id)
      ctx.redirect(`/t${known === '' ? '' : `/${known}`}`)
    })
  }

  router.post('/sign-out', (ctx) => {
    if (isFromElsewhere(ctx)) return refuse(ctx, 'stale')
    sessions.end(ctx)
    ctx.status = 303
    ctx.redirect('/t')
  })

  router.get('/', async (ctx) => {
    const visitor = await visitorOf(ctx, '')
    if (visitor) send(ctx, 200, platePage(await plateOf(store, visitor), style))
  })

  router.get('/:number', async (ctx) => {
    const number = ctx.params['number'] ?? ''
    // What is no number is not taken through the sign-in, so that nobody can make us send people anywhere.
    const visitor = await visitorOf(ctx, isTicketNumber(number) ? number : '')
    if (!visitor) return
    const found = await findTicket(store, number, visitor)
    if (!found) return refuse(ctx, 'no-ticket', visitor.advisor.name)
    const done = await doneWords(single(ctx.query['done']), found.ticket, visitor)
    await showTicket(ctx, visitor, found, { done, refused: null })
  })

  router.get('/:number/photo/:place', async (ctx) => {
    const visitor = await visitorOf(ctx, '')
    if (!visitor) return
    const found = await findTicket(store, ctx.params['number'] ?? '', visitor)
    const photo = found && (await photoOf(found.ticket, Number(ctx.params['place']), visitor, readPhoto))
    if (!photo) return refuse(ctx, 'no-ticket', visitor.advisor.name)
    const shown = `photo ${Number(ctx.params['place'])}`
    await noteLook(desk, doerOf(visitor.advisor), found.ticket.number, { shown })
    ctx.set('Content-Security-Policy', PHOTO_CSP)
    ctx.set('Content-Disposition', `inline; filename="photo.${photo.ending}"`)
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Cache-Control', 'no-store')
    ctx.type = photo.type
    ctx.body = photo.bytes
  })

  router.post('/:number', async (ctx) => {
    const visitor = await visitorOf(ctx, '')
    if (!visitor) return
    const sent = ctx.is('urlencoded') ? readSent((await readBody(ctx.req)).toString()) : null
    if (!sent || isFromElsewhere(ctx) || !sessions.isFormToken(visitor.session, sent.token))
      return refuse(ctx, 'stale', visitor.advisor.name)
    const number = ctx.params['number'] ?? ''
    const found = await findTicket(store, number, visitor)
    if (!found) return refuse(ctx, 'no-ticket', visitor.advisor.name)
    if (found.sight === 'shut') return refuse(ctx, 'shut', visitor.advisor.name)
    try {
      await carryOut(found, sent, visitor)
    } catch (error) {
      if (!(error instanceof TicketError)) throw error
      const latest = (await findTicket(store, number, visitor)) ?? found
      const refused = { form: sent.form, says: error.message, typed: sent.typed }
      return showTicket(ctx, visitor, latest, { done: null, refused })
    }
    ctx.status = 303
    ctx.redirect(`/t/${number}?done=${DONE[sent.form] ?? 'move'}`)
  })

  /** What was done, told once more by who comes from doing it: from the ticket, as an address must tell nothing. */
  async function doneWords(
    done: string,
    { number, seq }: Ticket,
    { advisor }: Visitor,
  ): Promise<string | null> {
    if (done === DONE[SAY]) return '记下了，马上发给居民。'
    if (done === DONE[HAND_BACK]) return '交还了：助手会继续回答这位居民，也会告诉居民。'
    if (done === DONE[VISIT]) return '走访记下了。'
    if (done !== 'move') return null
    const event = await store.get('ticket_events', `${number}:${seq}`)
    const kind = EVENT_KINDS.find((one) => one === event?.kind)
    return kind && event?.by === `advisor:${advisor.id}` ? `办好了：${EVENT_WORDS[kind]}。` : null
  }

  return router
}

/** How a form says in an address that it was done. */
const DONE: Readonly<Record<string, string>> = { [SAY]: 'said', [HAND_BACK]: 'back', [VISIT]: 'visited' }

/** Browsers say where a request comes from; those too old to say so are kept out by the form's token. */
function isFromElsewhere(ctx: Context): boolean {
  const site = ctx.get('sec-fetch-site')
  return site !== '' && site !== 'same-origin' && site !== 'none'
}

const single = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? ''
