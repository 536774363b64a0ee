import { expect } from 'vitest'
import { verify } from '#store'
import type { TestHouse } from '../support/house.ts'
import {
  caseOf,
  clerk,
  first,
  lamp,
  nextPush,
  numberIn,
  pushes,
  settled,
  shown,
  station,
  tell,
  timeline,
} from './scene.ts'

/** The whole loop, from a code on a wall to a kept promise; the same over every queue. */
export async function wholeLoop(house: TestHouse): Promise<void> {
  const staff = await house.bind(clerk)
  const deputy = await house.bind(first.id)
  const resident = house.resident()

  const welcome = await resident.scan(station)
  expect(welcome.text).toContain('晨光社区代表联络站')
  expect(welcome.text).toContain('白银区人民路街道晨光社区')

  const receipt = await tell(resident, lamp)
  const number = numberIn(receipt)
  expect(receipt).toContain(`编号 ${number}`)
  expect(receipt).toContain('城乡建设·城市公共设施')
  expect(receipt).toContain('地点：白银区人民路街道晨光社区晨光佳苑')
  expect(receipt).toContain('负责：靳小川代表（晨光社区代表联络站）')
  expect(receipt).toContain('期限：12月2日 18:00前答复')
  expect(receipt).not.toContain('请问')

  const asked = await nextPush(deputy, '【新诉求】', `编号 ${number}`, lamp)
  expect(asked).toContain('11月24日 18:00前接单')
  expect(await tell(deputy, '1')).toContain(`已接单：编号 ${number}`)
  await nextPush(resident, `编号 ${number}`, '靳小川代表已接单', '12月2日 18:00前')

  expect(await tell(deputy, `进展 ${number} 电工明天到现场`)).toContain(`编号 ${number}`)
  const progress = await nextPush(resident, `编号 ${number} 有进展`, '电工明天到现场')
  expect(progress).not.toContain('进展 1')

  expect(await tell(deputy, '4 A 路灯已换新')).toContain('已解决')
  const answer = await nextPush(resident, `编号 ${number} 有答复了（已解决）`, '靳小川代表说：路灯已换新')
  expect(answer).toContain('请您评价，先态度后结果')

  const reopened = await tell(resident, '不满意')
  expect(reopened).toContain(`编号 ${number} 已退回重办`)
  expect(reopened).toContain('哪里不满意')
  await nextPush(deputy, `编号 ${number} 群众评价：态度不满意，结果不满意`)
  await nextPush(deputy, `【重办】编号 ${number}`)
  await nextPush(staff, `【不满意】编号 ${number}`)

  expect(await tell(resident, '晚上还是不亮')).toContain(`已补充到编号 ${number}`)
  await nextPush(deputy, `【补充】编号 ${number}`, '晚上还是不亮')

  expect(await tell(deputy, `答复 ${number} B 换整根灯杆`)).toContain('B类答复要写明日期')
  expect(await tell(deputy, `答复 ${number} B 12月20日前换整根灯杆`)).toContain('请在 12月20日前再次答复')
  await nextPush(resident, '正在解决或列入计划', '答应办好的日期：12月20日', '请您评价')
  expect(await tell(resident, '1 2')).toMatch(/态度满意，结果基本满意[^]*12月20日/)
  expect(await caseOf(house, number)).toMatchObject({ status: 'promised', due: { party: 'deputy', action: 'keep' } })

  expect(await tell(deputy, `${number} 答复 A 灯杆已换好`)).toContain('已解决')
  await nextPush(resident, '有答复了（已解决）', '灯杆已换好')
  expect(await tell(resident, '都满意')).toContain('态度满意，结果满意')
  expect(await caseOf(house, number)).toMatchObject({ status: 'closed', due: null, promise: null, reopened: 1 })
  expect(await tell(resident, '进度')).toContain(`编号 ${number}`)
  expect(await tell(resident, number)).toContain('已办结')

  expect(await timeline(house, number)).toEqual([
    'opened', 'routed', 'accepted', 'progressed', 'answered',
    'evaluated', 'reopened', 'supplemented', 'answered', 'promised', 'evaluated',
    'answered', 'evaluated', 'closed',
  ]) // prettier-ignore
  const sent = await settled(house)
  expect(sent.filter(({ status }) => status !== 'sent')).toEqual([])
  // Each step once, and in the order it happened.
  expect(pushes(resident).map((text) => text.match(/已接单|有进展|有答复了/)?.[0])).toEqual([
    '已接单', '有进展', '有答复了', '有答复了', '有答复了',
  ]) // prettier-ignore
  expect(shown(resident)[0]).toBe(welcome.text)
  expect(house.simulator.accepted).toHaveLength(sent.length)
  expect(await verify(house.ledger.pool)).toMatchObject({ faults: [] })
}
