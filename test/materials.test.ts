import { expect, test } from 'vitest'
import { papersIn } from '../server/console/requests/materials.ts'
import { inventory } from './support/world.ts'

test('the papers a policy names are told apart', () => {
  expect(
    papersIn(
      '办低保一般带身份证、户口本、家庭收入和财产情况，再签承诺书和核对授权书。有残疾证、诊断证明的一起带上。平台能查到的不用重复交。〔2〕',
    ),
  ).toEqual(['身份证', '户口本', '承诺书', '核对授权书', '残疾证', '诊断证明'])
  expect(papersIn('办残疾人证一般带身份证；没有病历的，先问残联。')).toEqual(['身份证'])
  expect(papersIn('免保教费不用交材料。没有房产证的，先说明情况。')).toEqual([])
})

test('of every policy nothing is named that its own words do not say', () => {
  const { policies } = inventory()
  const all = policies.map(({ sections }) => sections.materials?.lead ?? '')
  for (const lead of all) for (const paper of papersIn(lead)) expect(lead).toContain(paper)
  // Most of them say what to bring.
  expect(all.filter((lead) => papersIn(lead).length > 1).length).toBeGreaterThan(policies.length * 0.8)
})
