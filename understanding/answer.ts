import { normalise } from './normalise.ts'

/** What an answer to a resident holds, and whether it says anything. */
export interface AnswerQuality {
  evasive: boolean
  /** 0..1; little is evasive. */
  substance: number
  has: { fact: boolean; date: boolean; person: boolean; done: boolean; basis: boolean }
}

const date =
  /\d{1,4}年|\d{1,2}月(?:\d|底|初|中旬|上旬|下旬)|\d+个?(?:工作日|天内|日内|小时内)|(?:本|下)(?:周|月|季度)|年底前|月底前|(?:今|明)年|\d{1,2}日/
const person =
  /(?:电话|联系(?:人|方式)|咨询)[^。]{0,12}\d{3,}|\d{3,4}-\d{7,8}|1[3-9]\d{9}|负责人|工作人员[^。]{0,6}(?:到|与|已|前往)|(?:局|办|所|队|中心|公司|社区|街道|镇政府|村委会)[^。]{0,16}(?:负责|组织|前往|到现场|约谈|核实|调查)/
const done =
  /已(?:经|基本|全部)?(?:取缔|于|对|将|经|向|责令|督促|要求|完成|安排|修复|整改|清理|拆除|立案|查处|更换|安装|协调|退还|补发|约谈|处罚|停工|下发|启动|办理|开工)|整改到位|修复完毕|清理完毕|恢复(?:供|正常)|处罚款|现场(?:查看|核实|检查|勘查)|开展[^。]{0,12}(?:整治|清理|排查|检查)|经(?:现场|调查|核实|查|实地)/
const fact =
  /\d+(?:\.\d+)?(?:%|元|万|米|平方|亩|户|人|台|处|盏|条|栋|公里|度|分贝|吨|辆|个月)|原因(?:是|为|在于)|由于|因为|属于|不属于|不符合|符合|规定为|标准为|未制定|均无|不宜|不会影响|不属|不是|可(?:以)?(?:就近|前往|到|凭|持)/
const basis = /根据|依据|按照《|《[^》]{3,30}》|第[一二三四五六七八九十百\d]+条/
const promises =
  /(?:将|会)(?:进一步|积极|继续|加强|加大|认真|高度|尽快|密切)|(?:高度重视|尽快处理|尽快解决|正在(?:研究|处理中)|逐步|适时|统筹考虑|认真研究|予以考虑)/g
const empty =
  /(?:已(?:转|交|批转|转交|收悉|收到|阅)|转(?:交|办|至)|收悉|会(?:尽快|及时)(?:回复|处理)|请(?:您)?(?:耐心|向|与)[^。]{0,20}(?:等待|联系|反映|咨询)|感谢您(?:的)?(?:关注|留言|支持|来信))/g

/** Set on marked answers: below it lie those that say only that a letter was passed on. */
const threshold = 0.4

/** Told by what stands in it, not by how long or how polite it is. Linear; any text. */
export function judgeAnswer(source: string): AnswerQuality {
  const { text } = normalise(source)
  const has = {
    fact: fact.test(text),
    // The date on which a letter is signed says nothing about the matter.
    date: date.test(text.slice(0, Math.max(0, text.length - 14))),
    person: person.test(text),
    done: done.test(text),
    basis: basis.test(text),
  }
  const vague = [...text.matchAll(promises)].length + [...text.matchAll(empty)].length
  const told =
    (has.fact ? 0.3 : 0) + (has.date ? 0.15 : 0) + (has.person ? 0.2 : 0) + (has.done ? 0.3 : 0) + (has.basis ? 0.2 : 0)
  // A short answer made of courtesies is empty; a long one has room for them.
  const substance = Math.max(
    0,
    Math.min(1, told + Math.min(0.25, text.length / 1200) - 0.1 * Math.max(0, vague - text.length / 120)),
  )
  return { evasive: substance < threshold, substance: Math.round(substance * 100) / 100, has }
}
