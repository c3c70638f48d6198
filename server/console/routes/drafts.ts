/** What is being written and was not sent yet: its key on the computer it is typed on, and who else writes the same. */
import { chinaDay, sayMoment } from '../../../flows/clocks.ts'
import { accountOf } from '../accounts/account.ts'
import { draftStateOutput, policyInput } from '../policies/wire.ts'
import { NOTHING, type Route, route } from '../route.ts'
import { draftKeyOutput } from '../wire.ts'

export const draftRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/drafts/key',
    needs: 'own',
    says: '浏览器里加密“写了没发的内容”用的钥匙，只给本人',
    input: NOTHING,
    output: draftKeyOutput,
    // See app/drafts.ts.
    handle: async (_, { desk, who }) => ({ key: desk.fingerprint('draft', who.account.id) }),
  }),
  route({
    method: 'GET',
    path: '/policies/:id/draft',
    needs: 'see-policies',
    says: '一条政策的草稿改到第几次、谁改的；正在写的人隔一会儿看一次',
    input: policyInput,
    output: draftStateOutput,
    handle: async ({ id }, { desk }) => {
      const draft = await desk.store.get('policy_drafts', id)
      if (!draft) return { revision: 0, author: '', at: '' }
      const author = await accountOf(desk.store, draft.author.replace(/^account:/, ''))
      const at = sayMoment(new Date(draft.editedAt), chinaDay(desk.now()))
      return { revision: draft.revision, author: author?.person.name ?? '别人', at }
    },
  }),
]
