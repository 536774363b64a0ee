import { expect, test } from 'vitest'
import { packCardResult, wecomRobotRules, wecomRules } from '#channels'
import { partsOf } from '../../../workers/outbound.ts'

test('what stands on a tapped card goes out as the change of that card', () => {
  const text = packCardResult({ code: 'the "code"', text: '您已接单' })
  expect(partsOf({ template: 'card-tapped', caseNumber: '1042-9', text }, wecomRules)).toEqual([
    { type: 'card-result', code: 'the "code"', text: '您已接单' },
  ])
})

test('only an emergency calls on everybody in a group', () => {
  const said = (template: string) => partsOf({ template, caseNumber: '1042-9', text: '编号 1042-9' }, wecomRobotRules)
  expect(said('group-emergency')).toEqual([{ type: 'text', text: '编号 1042-9', urgent: true }])
  expect(said('group-new-case')).toEqual([{ type: 'text', text: '编号 1042-9' }])
})

test('a case is a card with what can be said of it', () => {
  const [card] = partsOf({ template: 'deputy-new-case', caseNumber: '1042-9', text: '编号 1042-9' }, wecomRules)
  expect(card).toMatchObject({
    type: 'card',
    choices: [{ says: '接单 1042-9' }, { says: '退回 1042-9' }, { says: '详情 1042-9' }],
  })
})
