import { normalise } from './normalise.ts'

/** What an answer to a resident holds, and whether it says anything. */
export interface AnswerQuality {
  evasive: boolean
  /** 0..1; little is evasive. */
  substance: number
  has: { fact: boolean; date: boolean; person: boolean; done: boolean; basis: boolean }
}

const clauses = /[^。！!？?；;，,:：\n]+/g
/** Clauses of courtesy, of having received or passed on, of meaning well: true of any answer, so they tell nothing. */
const courtesy =
  /^(?:尊敬的|网友|网民|您好|你好|来信|留言|特此回复|敬请|望|请?(?:您|予以)?(?:理解|谅解|支持|见谅|放心)|欢迎)|收悉|收到|已阅|知道了|获悉|感谢|谢谢|敬请(?:理解|关注)|(?:现|特)[^。]{0,12}(?:回复|答复|反馈|告知)如下|高度重视|以上是|您所?(?:反映|提出|咨询|发布|提)的/
const passedOn =
  /(?:已|将|会|给|经)?(?:批?转(?:交|办|至|到|给|达|呈|发)?|移交|上报|呈报|报送|汇报)(?!移)[^。]{0,24}|(?:向|给)[^。]{0,12}反映|(?:建议|请)(?:您|你|直接|先|自行|及时|与|向|到|拨打|联系|咨询|详细|说明|提供|前往|耐心|等待)[^。]{0,30}|(?:拨打|咨询|联系)[^。]{0,16}(?:热线|电话)|第一时间|情况[^。]{0,6}反馈/
const wellMeant =
  /(?:将|会|要|正在?|正|继续|进一步|尽快|积极|抓紧|努力|争取|加强|加大|认真|密切|适时|逐步|统筹|持续|不断)[^。]{0,6}(?:处理|解决|研究|推进|推动|落实|协调|加强|加大|重视|核实|跟进|关注|考虑|改进|完善|提升|提高|办理|督促|管理|监管|调查|回复|答复|想办法)/
/** What says that something will be, or has been, begun, and not what. */
const vague =
  /^(?:我们?|此|这)?(?:个)?(?:事|件|问题)?(?:已经?)?(?:安排|联系|告诉|通知|交代|交办|督促|反映|协调|沟通|关注|跟进|处理|上报|报告|记下|登记)(?:了|过|中|处理|核实|跟进|上去|有关|相关|他们|单位|部门|领导|人|工作人员)*$|按(?:程序|规定|流程)(?:办理?|处理|来|走)|(?:比较|有点|很)?(?:复杂|困难|难办)$|需要(?:一定)?时间|等(?:待|上级|研究|通知|消息|一等|等|领导)|有(?:了)?(?:消息|结果|进展)|知悉|满意的答复|想办法|尽量|放心|(?:有关|相关|上级)(?:部门|单位)|监督|咨询|链接|电话\s*(?:[\d[]|$)|^祝|^[\s\p{P}\d_a-z]*$|(?:已经|予以)?(?:作出?|做出?|进行)?(?:答复|回复|办复|调查|核处|核查|核实|处置)了?$|重视|认真|中$/u
const signature = /(?:\d{4}年)?\d{1,2}月\d{1,2}日[\s)）]*$/

const date =
  /\d{4}年|\d{1,2}月(?:\d|底|初|中旬|上旬|下旬|份|前)|\d{1,2}[日号](?!楼|院|线|文)|\d+个?(?:工作日|天[内后]|日内|小时内)|(?:本|这|下|上)(?:周|个?月|季度|星期|学期)|(?:年|月|周|春节|国庆|入冬|供暖|开学|汛期)[底末]?(?:前|之前|以前)|(?:今|明|去)年|[今明后昨前]天|周[一二三四五六日天]|近期内?完/
const person =
  /[一-龥]{1,3}(?:师傅|主任|经理|站长|队长|所长|局长|科长|书记|校长|院长|警官|同志|工程师|负责人)|1[3-9]\d{9}|(?:局|办|所|队|中心|公司|社区|街道|镇政府|村委会|物业|单位|学校|医院)[^。，]{0,12}(?:负责|组织|前往|到(?:了)?现场|约谈|核实|调查|上门|派人|维修|整改|提供|审核|批)|工作人员[^。，]{0,8}(?:到|与|前往|上门)/
const done =
  /已经?[^。，]{0,14}(?:完|好|新|换|修|装|通|拆|清|补|发|付|退|停|还|取缔|整改|安排|立案|查处|协调|约谈|处罚|下发|启动|办理|开工|恢复|取得|列入|纳入|缴|拨|关|建成|投入|出台|规划|改|收|立|处)|[换修装清拆补发付退还改通建接停铺填刷运抽疏](?:好|完|新|上|通|齐|掉|平|走)了?|[办搬配挪](?:好|完|走)了?|[换罚给定烧坏裂来去谈修装查测量看退发补交付拆建开关停通收还断堵漏埋赔][了过]|到位|完毕|到账|恢复|罚款|认定|判决|裁决|签(?:字|了|订)|责令|(?:到|赴|去|进行|开展)[^。，]{0,6}(?:现场|实地)|现场(?:查看|核实|检查|勘|踏|交办|协商)|(?:经|已)[^。，]{0,10}(?:核实|调查|查实|了解|研究)|批复|列入|纳入|完成/
const fact =
  /\d+(?:\.\d+)?(?:%|元|万|米|平方|亩|户|人|台|处|盏|条|栋|公里|度|分贝|吨|辆|个|号文)|原因|由于|因为?[^。，]{2,}|所以|(?:不|未|没有?|无)(?:属于|属|符合|具备|能|得|宜|会|是|违反|发现|在|归|清|够|到期|达到|满足|允许|制定|政策|规定|资金|权|法|批|违|超|欠|收到)|属于?[^。，]{2,}|符合|标准|必须|应(?:当|该)?[^。，]{2,}|可以?[^。，]{0,4}(?:申请|办理|落户|继承|享受|重新|就近|前往|凭|持|到)|需要?[^。，]{2,}|凭|依申请|政策(?:是|为|目前)|在[^。，]{1,8}(?:办|交|领|查|买)(?!理?中)|没有了?$/
const basis = /根据|依据|按照?|《[^》]{3,40}》|第[一二三四五六七八九十百\d]+条|规定/

/**
 * Told by what stands in it, not by how long or how polite it is: clauses that any answer could hold are set aside, and
 * in the others a fact, a date, a person, a deed or a rule is looked for. Linear; any text.
 */
export function judgeAnswer(source: string): AnswerQuality {
  const text = normalise(source).text.trim().replace(signature, '')
  const has = { fact: false, date: false, person: false, done: false, basis: false }
  let told = 0
  let rest = 0
  for (const [clause] of text.slice(0, 4_000).matchAll(clauses)) {
    const said = clause.trim()
    if (courtesy.test(said) || passedOn.test(said)) continue
    rest += said.length
    if (date.test(said)) has.date = true
    // 将进一步加强: only a date makes a promise of it.
    if (wellMeant.test(said) || vague.test(said)) continue
    const length = said.replace(/[^\p{Script=Han}]/gu, '').length
    if (length >= 4) told += length
    if (person.test(said)) has.person = true
    if (done.test(said)) has.done = true
    if (fact.test(said)) has.fact = true
    if (basis.test(said)) has.basis = true
  }
  const signs = Object.values(has).filter(Boolean).length
  // Much that is neither courtesy nor good will is something said, whatever its form.
  const words = rest <= shortLength ? told / 15 : told / 150
  const substance = Math.min(1, signs * 0.3 + Math.min(0.4, words))
  return { evasive: substance < threshold, substance: Math.round(substance * 100) / 100, has }
}

/** Deputies write a line, offices a letter: in a line, a clause that isn’t empty says something. */
const shortLength = 60
/** One sign is enough. */
const threshold = 0.3
