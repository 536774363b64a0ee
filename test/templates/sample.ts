import { caseView } from '#templates'
import type { AnswerTemplate, Audience } from '#templates'
import type { Case } from '#cases'

export const now = new Date('2026-11-24T02:00:00.000Z')

/** Names of people, stations, places and topics are as long as the longest of the demo city. */
const long = (text: string, length: number) => text.repeat(length).slice(0, length)
export const audience: Audience = {
  person: () => long('艾力买买提', 12),
  station: () => long('人民路街道人大代表之家', 13),
  place: () => long('白银市白银区人民路街道向阳社区', 18),
  staffFor: () => ['s1', 's2'],
  groupsAt: () => ['g1'],
}
/** Nobody and nothing is known by name any more. */
export const nameless: Audience = {
  person: () => null,
  station: () => null,
  place: () => null,
  staffFor: () => ['s1'],
  groupsAt: () => [],
}

export function sampleCase(more: Partial<Case> = {}): Case {
  return {
    id: 'c',
    number: '1234-5678-4',
    status: 'promised',
    version: 9,
    resident: 'r1',
    scene: null,
    kind: 'legislation',
    topic: `${long('城乡建设', 7)}/中间/${long('城市公共设施', 11)}`,
    place: 'p',
    region: 'p',
    urgency: 'emergency',
    accused: [],
    anonymous: true,
    deputy: 'd1',
    station: 'st',
    passedBy: [],
    openedAt: '2025-12-24T02:00:00.000Z',
    answerBy: '2027-12-31T10:00:00.000Z',
    answer: { outcome: 'B', at: '2026-11-20T02:00:00.000Z', message: 'm1' },
    promise: { keepBy: '2027-12-30T15:59:59.999Z', remindAt: null },
    judgement: { attitude: 2, result: 2 },
    reopened: 0,
    supervision: 3,
    due: { party: 'deputy', action: 'keep', at: '2027-12-30T15:59:59.999Z', remindAt: null },
    words: ['m0', 'm1'],
    ...more,
  }
}

/** Nothing is known of it but what its steps themselves bring. */
export const bareCase = sampleCase({
  status: 'triage',
  topic: null,
  place: null,
  region: null,
  urgency: 'routine',
  anonymous: false,
  deputy: null,
  station: null,
  answer: { outcome: 'C', at: '2026-11-20T02:00:00.000Z', message: 'm1' },
  promise: null,
  judgement: { attitude: 1, result: 1 },
  supervision: 0,
  due: { party: 'staff', action: 'assign', at: '2026-11-25T10:00:00.000Z', remindAt: null },
})

/** What the dialogue passes to each answer, by `bot/dialogue`; `many` cases stand in its lists. */
export function answerParameters(state: Case, names: Audience, many: number): Record<AnswerTemplate, object[]> {
  const c = caseView({ case: state, placeText: null }, names, now)
  const cases = Array.from({ length: many }, () => c)
  const number = c.number
  const danger = { number: '12356', advice: long('请立即拨打电话，等待急救人员。', 70) }
  const person = names.person('d1') ?? 'd1'
  const proof = '0123456789ab'
  const receipt = { c, danger: null, ask: null, question: null, proof }
  const question = long('这件事更像哪一类？小区、房子、水电暖、机关办事', 160)
  const parts = Array.from({ length: 6 }, () => long('路灯坏了两周没人修', 40))
  return {
    'card-accepted': [{}],
    'card-declined': [{}],
    'card-over': [{}],
    'sheet-code': [
      { id: 'bd-001', until: null },
      { id: 'bd-001', until: '12月3日' },
    ],
    'staff-left': [
      { name: person, deputy: true, load: many, id: 'bd-001' },
      { name: person, deputy: false, load: 0, id: 'sf-001' },
    ],
    welcome: [false, true].map((page) => ({ city: '白银市（演示）', page })),
    'welcome-deputy': [
      { deputy: `${person}代表`, station: names.station('st'), page: false },
      { deputy: `${person}代表`, station: null, page: true },
    ],
    'welcome-station': [false, true].map((page) => ({
      station: names.station('st') ?? 'st',
      place: names.place('p'),
      page,
    })),
    receipt: [
      receipt,
      ...['place', 'town', 'matter'].map((ask) => ({ ...receipt, danger, ask })),
      { ...receipt, danger, question },
    ],
    joined: [
      { c, moved: false, danger: null, ask: null, question: null },
      ...['place', 'town'].map((ask) => ({ c, moved: true, danger, ask, question: null })),
      { c, moved: true, danger, ask: null, question },
    ],
    'ask-topic': [true, false].map((tap) => ({ tap, place: null, parts: [], options: ['小区、水电', '公路、公交'] })),
    'ask-town': [true, false].map((tap) => ({ tap, place: '东街社区', parts: [], options: ['会宁县', '白银区'] })),
    'ask-split': [true, false].map((tap) => ({ tap, place: null, parts, options: ['分开办', '一起办'] })),
    chosen: [
      { c, chosen: '小区、房子、水电暖', moved: false, question: null },
      { c, chosen: '会宁县会师镇东街社区', moved: true, question },
    ],
    'chosen-none': [{ c }],
    split: [{ parts: parts.map((text) => ({ number, text, deputy: c.deputy })) }],
    together: [{ c }],
    quoted: [{ answer: long('在窗口办，也可以在手机上办。', 300), source: long('某某局通知', 100) }],
    // `showProgress` lists ten at most.
    'progress-list': [{ cases: cases.slice(0, 10) }],
    'progress-none': [{}],
    'progress-one': [
      { c: { ...c, answer: null }, proof },
      { c: { ...c, answer: '已解决。路灯已换新' }, proof },
    ],
    'number-unknown': [{ number }],
    help: [{}],
    anonymous: [{ c, number }],
    'anonymous-next': [{}],
    withdrawn: [{ c, number }],
    'withdraw-which': [{ cases }],
    'nothing-open': [{}],
    greeting: [{}],
    thanks: [{}],
    smalltalk: [{}],
    unsupported: [{}],
    unread: [{}],
    evaluated: [{ c, attitude: '基本满意', result: '基本满意' }],
    'evaluated-reopened': [
      { c, ask: true },
      { c, ask: false },
    ],
    bound: [
      { name: person, role: '人大代表', deputy: true, grid: false, others: 2, cases },
      { name: person, role: '人大办工作人员', deputy: false, grid: false, others: 0, cases: [] },
      { name: person, role: '网格员', deputy: false, grid: true, others: 0, cases: [] },
    ],
    'code-elsewhere': [{}],
    'pickup-failed': [{}],
    'picked-up': [{ cases: cases.slice(0, 10) }, { cases: [] }],
    'unbind-ask': [
      { name: person, role: '人大代表', others: 2 },
      { name: person, role: '网格员', others: 0 },
    ],
    'unbind-none': [{}],
    unbound: [{}],
    'unbound-here': [{}],
    'unbound-elsewhere': [{ channel: '公众号' }],
    'bound-elsewhere': [{ channel: '企业微信' }],
    'by-hand': [{ text: '编号 1042-9 有进展' }],
    'by-hand-needs-words': [{}],
    'grid-help': [{}],
    unsaid: [{ answer: '好的。', texts: ['编号 1042-9 有进展', '编号 1043-7 已接单'] }],
    'room-receipt': [
      { number, joined: false, private: true, danger: null },
      { number, joined: true, private: false, danger },
    ],
    'room-private': [{ private: true }, { private: false }],
    'room-hello': [{}],
    'bind-failed': [{}],
    'bind-blocked': [{}],
    'deputy-help': [{ example: number }],
    'deputy-list': [{ cases }, { cases: [] }],
    'deputy-which': [{ verb: '答复', cases }],
    'deputy-none': [{ verb: '接单' }],
    'deputy-number-unknown': [{ number }],
    'deputy-accepted': [{ c }],
    'deputy-declined': [{ c }],
    'deputy-progressed': [{ c }],
    'deputy-answered': [{ c, outcome: '正在解决或列入计划' }],
    'deputy-needs-words': [{ verb: '退回', number, what: '退回的原因', sample: '不归我们镇管' }],
    'deputy-needs-outcome': [{ number }],
    'deputy-ask-back': [{ c, outcome: 'A' }],
    'deputy-released': [{ c }],
    'deputy-detail': [
      { c, said: ['路灯坏了'] },
      { c, said: [] },
    ],
  }
}
