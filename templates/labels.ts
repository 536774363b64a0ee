import type { Case, Grade, Outcome, Status } from '#cases'

export const kindLabels: Record<string, string> = {
  appeal: '诉求',
  suggestion: '建议',
  legislation: '立法意见',
  oversight: '监督',
  enquiry: '咨询',
  praise: '表扬',
}

export const outcomeLabels: Record<Outcome, string> = {
  A: '已解决',
  B: '正在解决或列入计划',
  C: '暂时解决不了',
  D: '留作参考',
}

export const gradeLabels: Record<Grade, string> = { 3: '满意', 2: '基本满意', 1: '不满意' }

export const roleLabels: Record<string, string> = {
  deputy: '人大代表',
  staff: '人大办工作人员',
  handler: '承办人',
  grid_worker: '网格员',
  group: '值班群',
}

/** How we call a channel to people. */
export const channelLabels: Record<string, string> = {
  'official-account': '公众号',
  wecom: '企业微信',
  'wecom-robot': '企业微信群',
  wechaty: '微信',
  web: '网页',
}

/** What stands in place of words for what has none. */
export const contentLabels = {
  image: '[图片]',
  video: '[视频]',
  voice: '[语音，没有识别出文字]',
  location: '[位置]',
  link: '[链接]',
} as const

const stages: Record<Status, string> = {
  triage: '正在安排由谁负责',
  routed: '等代表接单',
  accepted: '代表正在办理',
  answered: '已答复，等您评价',
  promised: '已答复，答应的事还在办',
  closed: '已办结',
  withdrawn: '已撤回',
}

/** Where a case stands, in words. */
export function stageOf(state: Case): string {
  const isOpen = state.status !== 'closed' && state.status !== 'withdrawn'
  return stages[state.status] + (state.supervision > 0 && isOpen ? '（督办中）' : '')
}

/** Several matters of one message: as cases of their own, or as one. */
export const splitLabels = ['分开办', '一起办']

/** First levels of the public topic list as anybody would say them; each part answers for the whole. */
const everyday: Record<string, string> = {
  城乡建设: '小区、房子、水电暖',
  党务政务: '机关办事、干部作风',
  国土资源: '土地、征地、矿',
  环境保护: '污染、噪音、油烟',
  纪检监察: '干部贪占、不公',
  交通运输: '公路、公交、出租车',
  经济管理: '贷款、税费、企业',
  科技与信息产业: '网络、电话、信号',
  民政: '低保、救助、养老',
  农村农业: '种地、养殖、村里事',
  商贸旅游: '买东西、饭馆、旅游',
  卫生计生: '看病、医院、药',
  政法: '治安、警察、打官司',
  教育文体: '上学、老师、文体',
  劳动和社会保障: '工资、工伤、社保',
}

/** What a topic is called where somebody has to choose: the parts are joined by 、; the topic's own name if none is known. */
export function everydayTopic(topic: string): string {
  const first = topic.split('/')[0]!
  return Object.hasOwn(everyday, first) ? everyday[first]! : first
}

/** `城乡建设/城市建设和市政管理/城市公共设施` → `城乡建设·城市公共设施`: the widest and the narrowest level. */
export function topicLabel(topic: string | null): string | null {
  if (topic === null) return null
  let label = topicLabels.get(topic)
  if (label === undefined) topicLabels.set(topic, (label = labelOf(topic)))
  return label
}

/** A city has some hundreds. */
const topicLabels = new Map<string, string>()

function labelOf(topic: string): string {
  const levels = topic.split('/')
  const narrowest = levels.findLast((level) => level !== '其他')
  return levels.length === 1 || narrowest === undefined || narrowest === levels[0]
    ? levels[0]!
    : `${levels[0]}·${narrowest}`
}
