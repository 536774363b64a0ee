import { kindLabels } from '#templates'
import { kinds } from '#understanding'

/** What cities call their columns, without spaces and without what stands in brackets. */
const names = {
  text: `text content message 内容 诉求内容 诉求 留言内容 留言详情 留言 反映内容 反映事项 反映问题 问题描述 事项描述 描述 来电内容
    来信内容 信件内容 工单内容 工单描述 事件描述 诉求描述 诉求详情 详情 详细内容 正文 主要内容`,
  title: 'title 标题 诉求标题 留言标题 留言主题 信件标题 工单标题 事项标题',
  topic: 'topic label 主题 主题分类 分类 诉求分类 问题分类 事项分类 工单分类 归口分类 标签 领域 所属领域',
  topic1: 'topic1 level1 一级 一级分类 一级主题 一级标签 一级类别 一级目录',
  topic2: 'topic2 level2 二级 二级分类 二级主题 二级标签 二级类别 二级目录',
  topic3: 'topic3 level3 三级 三级分类 三级主题 三级标签 三级类别 三级目录',
  kind: 'kind 类别 类型 诉求类型 诉求类别 工单类型 信件类型 来件类型 留言类型',
  place: 'place 地点 事发地点 发生地点 事发地址 发生地址 位置',
  urgency: 'urgency 紧急程度 紧急级别 紧急 缓急',
  setting: 'setting 场合',
}
type Field = keyof typeof names
const fields = new Map<string, Field>(
  Object.entries(names).flatMap(([field, listed]) =>
    listed.split(/\s+/).map((name) => [name, field as Field] as const),
  ),
)

/** A past case or a correction: what was written and what it truly was. Unknown things are null. */
export interface LabelledRow {
  text: string
  setting: 'private' | 'group'
  kind: string | null
  topic: string | null
  /** undefined: nobody looked; null: there is none. */
  place: string | null | undefined
  urgency: string | null
}

/** Where each thing stands in the cells of a line; `title` and `topic1` to `topic3` are put together. */
export interface Columns {
  at: ReadonlyMap<Field, number>
  /** As they are written, for whoever is to mend a line. */
  header: string[]
}

export const wantedColumns =
  '内容 (text), 主题 (topic) or 一级分类/二级分类/三级分类, 类别 (kind), 地点 (place), 紧急程度 (urgency)'

/** The line as a header; null where nothing in it names a column of words. */
export function columnsOf(cells: readonly string[]): Columns | null {
  const at = new Map<Field, number>()
  for (const [index, cell] of cells.entries()) {
    const name = cell
      .normalize('NFKC')
      .replace(/\([^)]*\)|[\s*:"'_-]/g, '')
      .toLowerCase()
    const field = fields.get(name)
    if (field !== undefined && !at.has(field)) at.set(field, index)
  }
  return at.has('text') ? { at, header: [...cells] } : null
}

const kindNames = new Map<string, string>([
  ...kinds.map((kind) => [kind, kind] as const),
  ...Object.entries(kindLabels).map(([kind, label]) => [label, kind] as const),
  ...(
    [
      ['appeal', '投诉 求助 投诉求助 反映 反映问题 报修'],
      ['suggestion', '意见建议 意见 建言 建言献策'],
      ['legislation', '立法 立法建议 立法征求意见'],
      ['oversight', '举报 检举 监督举报 投诉举报'],
      ['enquiry', '咨询求助 询问 业务咨询'],
      ['praise', '感谢 表扬感谢'],
      ['progress', '查进度 进度 催办 查询进度'],
      ['evaluation', '评价 评议'],
      ['chitchat', '闲聊 无效 其他闲谈'],
    ] as const
  ).flatMap(([kind, listed]) => listed.split(' ').map((name) => [name, kind] as const)),
])
const urgencyNames = new Map<string, string>(
  Object.entries({
    routine: 'routine 一般 普通 平件 正常 不紧急',
    urgent: 'urgent 紧急 急 急件 加急 较急',
    emergency: 'emergency 特急 危急 突发 特提 十万火急',
  }).flatMap(([urgency, listed]) => listed.split(' ').map((name) => [name, urgency] as const)),
)
const settingNames = new Map([
  ['group', 'group'],
  ['群聊', 'group'],
  ['群', 'group'],
  ['微信群', 'group'],
  ['private', 'private'],
  ['私聊', 'private'],
  ['', 'private'],
] as const)

/** A row that can be used, or the first thing that must be mended in it. */
export type RowRead = { row: LabelledRow } | { column: string; why: string }

/** A field's cell, trimmed; undefined where there is no such column. */
export type ValueOf = (field: Field) => string | undefined

export function rowOf(value: ValueOf, { at, header }: Columns, topics: ReadonlySet<string> | null): RowRead {
  const column = (field: Field) => header[at.get(field) ?? -1] ?? field
  const text = value('text') ?? ''
  if (text === '') return { column: column('text'), why: 'is empty' }
  if (text.includes('\uFFFD')) return { column: column('text'), why: 'holds bytes that are no letters' }
  const title = value('title') ?? ''
  const parts = ['topic1', 'topic2', 'topic3'] as const
  const named = value('topic') || parts.map((part) => value(part) ?? '').join('/')
  const topic = topicOf(named, topics)
  if (topic === undefined) {
    const where = value('topic') ? 'topic' : 'topic1'
    return { column: column(where), why: `${JSON.stringify(named)} is no topic of topics.csv` }
  }
  const kind = lookup(kindNames, value('kind'))
  if (kind === undefined) {
    return {
      column: column('kind'),
      why: `${JSON.stringify(value('kind'))} is none of ${[...kindNames.keys()].join(' ')}`,
    }
  }
  const urgency = lookup(urgencyNames, value('urgency'))
  if (urgency === undefined) {
    const known = [...urgencyNames.keys()].join(' ')
    return { column: column('urgency'), why: `${JSON.stringify(value('urgency'))} is none of ${known}` }
  }
  const setting = settingNames.get((value('setting') ?? '') as 'group')
  if (setting === undefined) return { column: column('setting'), why: 'is neither group nor private' }
  const place = value('place')
  const whole = title === '' || text.startsWith(title) ? text : `${title}\n${text}`
  return { row: { text: whole, setting, kind, topic, place: place === '' ? null : place, urgency } }
}

/** Null where nothing is said; undefined for what nobody knows. */
function lookup(known: ReadonlyMap<string, string>, written: string | undefined): string | null | undefined {
  return written === undefined || written === '' ? null : known.get(written.toLowerCase())
}

/** The path as far down as the city's list knows it; null for none, undefined where not even the first level is known. */
function topicOf(written: string, topics: ReadonlySet<string> | null): string | null | undefined {
  const levels = written
    .split(/[/／>›＞\\|｜→]/)
    .map((level) => level.trim())
    .filter(Boolean)
  if (levels.length === 0) return null
  if (topics === null) return levels.join('/')
  while (levels.length > 0 && !topics.has(levels.join('/'))) levels.pop()
  return levels.length === 0 ? undefined : levels.join('/')
}
