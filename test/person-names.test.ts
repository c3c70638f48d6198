/** Names found in what people write where they are asked how somebody is called. */
import { describe, expect, test } from 'vitest'
import { readNames } from '../flows/person-names.ts'

describe('whose name it is', () => {
  test.each([
    ['王桂兰 我叫刘强 15266778899 找到没有啊', '刘强', '王桂兰'],
    ['我妈叫赵秀兰 她没手机 打我的 我叫李军 18688990011', '李军', '赵秀兰'],
    ['名字错了 是陈有福 我是他儿子陈建国 电话是我的', '陈建国', '陈有福'],
    ['姓名改成陈有福，联系人陈建国是我', '陈建国', '陈有福'],
    ['我叫欧阳小雨 电话要打爸爸的 13077889900', '欧阳小雨', null],
    ['名字写乱了 老人叫王德发 我姓周是邻居', null, '王德发'],
    ['不是我自己求助 是给奶奶 奶奶叫啥我也不知道 名字就叫欧阳小雨', null, '欧阳小雨'],
    ['喊我小罗就行 罗小芳 电话 1398765432', null, '罗小芳'],
    ['张红伟 前面说过了 电话是我老婆的 15036780099', null, '张红伟'],
    ['陈有福说过了', null, '陈有福'],
    ['赵秀兰啊！！说了三遍了', null, '赵秀兰'],
    ['姓温 温建军 电话 幺三五 9876 0011', null, '温建军'],
    ['把我妈的名字改成赵秀兰', null, '赵秀兰'],
    ['阿依古丽·买买提', null, '阿依古丽·买买提'],
  ])('%s: the writer’s own %s, another’s %s', (text, own, named) => {
    expect(readNames(text)).toMatchObject({ own, named })
  })
})

test.each(['陈婆婆', '王奶奶', '小罗'])('「%s」 is what somebody is called', (text) => {
  expect(readNames(text).called).toBe(text)
})

test.each([
  '马上',
  '方便',
  '谢谢',
  '没有',
  '钱不够',
  '我是残疾人',
  '我是低保户',
  '户口在江苏',
  '安徽阜阳',
  '高血压',
  '他叫什么',
  '我是王家村的',
  '我妈',
])('「%s」 is no name', (text) => {
  expect(readNames(text)).toEqual({ own: null, named: null, called: null })
})
