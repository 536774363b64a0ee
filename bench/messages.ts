import { createHash, randomBytes } from 'node:crypto'

/** Invented lines as residents write them; each names a place of the demo city, so that each finds a deputy. */
const lines = [
  '白银区人民路街道路灯坏了两周没人修',
  '会宁县会师镇停水三天了，家里老人没法做饭',
  '靖远县乌兰镇广场舞半夜还放音响，吵得睡不着',
  '景泰县一条山镇公交车等一个小时都不来',
  '平川区兴平路街道暖气不热，屋里才十二度',
  '白银区公园路街道垃圾没人清，臭得很',
  '会宁县郭城驿镇工地拖欠工资半年了',
  '靖远县北滩镇低保申请交了两个月没有回话',
  '景泰县草窝滩镇水渠裂了，地浇不上水',
  '平川区长征街道井盖没了，晚上看不见',
]

/** How a push is signed: 明文 mode, as both sides of a comparison read it. */
export interface Signing {
  token: string
  account: string
}

/** One push of the platform, as the bytes of an HTTP request on a kept connection. */
export function pushRequest(port: number, signing: Signing, openid: string, text: string, id: number): Buffer {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = randomBytes(6).readUIntBE(0, 6).toString()
  const signature = createHash('sha1').update([signing.token, timestamp, nonce].sort().join('')).digest('hex')
  const body =
    `<xml><ToUserName><![CDATA[${signing.account}]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${text}]]></Content>` +
    `<MsgId>${id}</MsgId></xml>`
  const head =
    `POST /channels/official-account?signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&openid=${openid} HTTP/1.1\r\n` +
    `Host: 127.0.0.1:${port}\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

/** So many pushes, each from a resident who was never heard of before; `mark` makes every text one of a kind. */
export function pushes(port: number, signing: Signing, count: number, mark: (index: number) => string): Buffer[] {
  const run = randomBytes(5).toString('hex')
  const first = Number(process.hrtime.bigint() % 1_000_000_000_000n) * 1000
  return Array.from({ length: count }, (_, index) =>
    pushRequest(
      port,
      signing,
      `o${run}${String(index).padStart(17, '0')}`,
      `${lines[index % lines.length]}${mark(index)}`,
      first + index,
    ),
  )
}
