/** Drafts of policies: written as a form or a text, handed in, given back, published by somebody else. */
import { chinaDay } from '../../../flows/clocks.ts'
import { emptyFields, policyText } from '../../../knowledge/policy-text.ts'
import { byOf, orRefusePolicy, saved, textOf } from '../policies/view.ts'
import {
  approveInput,
  newPolicyInput,
  policyChangeInput,
  reasonInput,
  restoreInput,
  savedOutput,
  savePolicyInput,
} from '../policies/wire.ts'
import { Refusal } from '../refusal.ts'
import { type Route, route } from '../route.ts'
import { doneOutput } from '../wire.ts'

export const policyWorkRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/policies',
    needs: 'edit-policies',
    says: '新写一条政策',
    input: newPolicyInput,
    output: savedOutput,
    handle: async ({ id, title }, call) => {
      const { published, shipped, draft } = await orRefusePolicy(call.policies.open(id))
      if (published || shipped !== null || draft)
        throw new Refusal('bad-value', '这个编号已经有政策在用，请换一个。')
      const fields = { ...emptyFields(id, chinaDay(call.desk.now())), title: title.trim() }
      const kept = await orRefusePolicy(
        call.policies.save({ id, revision: 0, by: byOf(call), text: policyText(fields) }),
      )
      return saved(kept, '已建好草稿。')
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/save',
    needs: 'edit-policies',
    says: '保存草稿；revision 是看到的草稿的修改次数，没有草稿时写 0',
    input: savePolicyInput,
    output: savedOutput,
    handle: async ({ revision, doubts, left, ...given }, call) => {
      const change = { id: given.id, revision, by: byOf(call), text: textOf(given), doubts, left }
      return saved(await orRefusePolicy(call.policies.save(change)), '草稿已保存，居民还看不到。')
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/discard',
    needs: 'edit-policies',
    says: '放弃草稿',
    input: policyChangeInput,
    output: doneOutput,
    handle: async (change, call) => {
      await orRefusePolicy(call.policies.discard({ ...change, by: byOf(call) }))
      return { says: '草稿已放弃，居民看到的没有变。' }
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/hand-in',
    needs: 'edit-policies',
    says: '送审，写明为什么改',
    input: reasonInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(
        await orRefusePolicy(call.policies.handIn({ ...change, by: byOf(call) })),
        '已送审，请同事审核。',
      ),
  }),
  route({
    method: 'POST',
    path: '/policies/:id/give-back',
    needs: 'publish-policies',
    says: '退回草稿，写明为什么',
    input: reasonInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(await orRefusePolicy(call.policies.giveBack({ ...change, by: byOf(call) })), '已退回。'),
  }),
  route({
    method: 'POST',
    path: '/policies/:id/approve',
    needs: 'publish-policies',
    says: '发布；decided 是看过、同意不再由这条回答的问题；publishOn 写日期就到那天再发布',
    input: approveInput,
    output: doneOutput,
    handle: async (change, call) => {
      await orRefusePolicy(call.policies.approve({ ...change, by: byOf(call) }))
      return {
        says:
          change.publishOn === '' ? '已发布，居民马上看到新的内容。' : `已定好，${change.publishOn} 发布。`,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/policies/:id/restore',
    needs: 'edit-policies',
    says: '用以前的版本作草稿；0 是程序自带的',
    input: restoreInput,
    output: savedOutput,
    handle: async (change, call) =>
      saved(
        await orRefusePolicy(call.policies.restore({ ...change, by: byOf(call) })),
        '已放进草稿，送审、发布后居民才看到。',
      ),
  }),
]
