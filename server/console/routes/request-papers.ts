/** What belongs to a request on paper: pictures of papers, and an application to be printed. Each look is noted. */
import { bared } from '../../picture.ts'
import { lookCloser } from '../looking.ts'
import { Refusal } from '../refusal.ts'
import { applicationOf } from '../requests/application.ts'
import { placeOf, ticketFor } from '../requests/find.ts'
import { mediumNamed } from '../requests/talk.ts'
import { FileAnswer, fileRoute, type Route, route } from '../route.ts'
import { applicationInput, applicationOutput, photoInput } from '../wire.ts'

const ENDINGS = { 'image/jpeg': 'jpg', 'image/png': 'png' } as const

export const requestPaperRoutes: readonly Route[] = [
  fileRoute({
    path: '/requests/:number/photos/:photo',
    needs: 'unmask',
    gives: Object.keys(ENDINGS),
    says: '求助单里的一张照片；说明理由以后才能看，每看一张记一条',
    input: photoInput,
    handle: async ({ number, photo }, call) => {
      const found = await ticketFor(await placeOf(call), number)
      await lookCloser(found, call, '看照片')
      const medium = await mediumNamed(found.ticket, photo, call.desk.store)
      const bytes = medium === null ? null : await call.readPhoto(medium)
      // Looked at again, whatever it was when it was kept: anything else might be a page that runs.
      const picture = bytes && bared(bytes)
      if (!picture)
        throw new Refusal(
          'not-found',
          bytes
            ? '这是语音或看不了的文件，不是照片。'
            : '这里没有这张照片：可能还没收到，或者是试用时在别的浏览器里发的。',
        )
      const name = `${found.ticket.number}-${photo}.${ENDINGS[picture.type]}`
      return new FileAnswer({ name, ...picture, shown: true })
    },
  }),
  route({
    method: 'GET',
    path: '/requests/:number/application',
    needs: 'unmask',
    says: '打印申请表要的内容：知道的填上，不知道的留空；说明理由以后才给，记入操作记录',
    input: applicationInput,
    output: applicationOutput,
    handle: async ({ number, policy }, call) => {
      const place = await placeOf(call)
      const found = await ticketFor(place, number)
      const application = applicationOf(found.ticket, policy, place, call.knowledge)
      await lookCloser(found, call, '打印申请表')
      return application
    },
  }),
]
