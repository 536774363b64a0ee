const digit = '[\\d０-９]'
const gap = '[ \\u00a0\\u3000.．·_\\-‐-―－]{0,2}'
const digits = (count: string) => `(?:${digit}${gap})${count}`
const notAfterDigit = `(?<!${digit})`
const notBeforeDigit = `(?!${digit})`

/** An identity number by its date of birth, however it is grouped. */
const identity = new RegExp(
  `${notAfterDigit}${digits('{6}')}(?:[1１]${gap}[89８９]|[2２]${gap}[0０])${gap}${digits('{2}')}[01０１]${gap}${digit}${gap}[0-3０-３]${gap}${digit}${gap}${digits('{3}')}[\\dXx０-９Ｘｘ]${notBeforeDigit}`,
  'gu',
)
/** As long as identity, bank and account numbers are. */
const long = new RegExp(`${notAfterDigit}${digits('{14,18}')}[\\dXx０-９Ｘｘ]${notBeforeDigit}`, 'gu')
const mobile = new RegExp(
  `(?:${notAfterDigit}|(?<=${notAfterDigit}(?:86|８６)))[1１]${gap}[3-9３-９]${gap}${digits('{8}')}${digit}${notBeforeDigit}`,
  'gu',
)
const landline = new RegExp(`${notAfterDigit}[0０]${digit}{2,3}${gap}${digits('{6,7}')}${digit}${notBeforeDigit}`, 'gu')

/** Words without the numbers that tell who said them: also with gaps between, or in full-width digits. */
export function hideNumbers(words: string): string {
  return words
    .replace(identity, hidden)
    .replace(long, (number) => (inLongGroups(number) ? hidden(number) : number))
    .replace(mobile, hidden)
    .replace(landline, hidden)
}

/** The hundred or so names that nine of ten people here bear, and those of two characters. */
const surname =
  '(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤祁宗康靳阮柳安常乔葛庞樊兰殷施洪翟倪牛温芦季俞章鲁柴焦包左梅甄裴屈党])'
const given = '[\\p{Script=Han}·]{1,3}?'
/** Somebody who says their own name, or somebody's name and title behind it. */
const introduced = new RegExp(
  `((?:我叫|我是|名叫|姓名|本人|联系人|反映人|投诉人|申请人|户主)(?:是|叫|为)?[\\s:：]*)${surname}${given}(?=[\\s,，.。;；、!！?？()（）]|电话|手机|身份证|家住|住在|住|$)`,
  'gu',
)
const account = /((?:微信号?|QQ|qq|邮箱)\s*(?:是|为)?[\s:：]*)[A-Za-z0-9_.@-]{5,}/gu
const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu

/**
 * Words without what tells who said them, as far as their form shows it: numbers, a name that is introduced as one,
 * accounts. What remains is the matter. Doing it twice changes nothing more.
 */
export function hidePerson(words: string): string {
  return hideNumbers(words).replace(email, '＊＊＊＊').replace(account, '$1＊＊＊＊').replace(introduced, '$1＊＊')
}

function hidden(number: string): string {
  return '＊'.repeat(number.length > 13 ? 6 : 4)
}

/** Dates and case numbers in a row are as long, but come in groups of one or two digits. */
function inLongGroups(number: string): boolean {
  const groups = number.match(/[\d０-９]+/gu) ?? []
  return groups.slice(0, -1).every((group) => group.length >= 3)
}

/** At most so many characters and bytes of UTF-8, with a word on how many characters are left out. */
export function shorten(words: string, most: number, mostBytes = Infinity): string {
  // Nearly everything is shorter than that, in whichever unit.
  if (words.length <= most && words.length * 3 <= mostBytes) return words
  const characters = [...words]
  let kept = 0
  let bytes = 0
  while (kept < Math.min(most, characters.length)) {
    bytes += Buffer.byteLength(characters[kept]!)
    if (bytes > mostBytes) break
    kept++
  }
  if (kept === characters.length) return words
  return `${characters.slice(0, kept).join('')}……（还有 ${characters.length - kept} 字）`
}
