import { createHash, randomBytes } from 'node:crypto'
import { createDirectory, loadCity } from '#config'
import { problems } from '../drills/problems.ts'

/** Where each deputy of the demo city answers, one entry a deputy: all of them get about as much to do. */
const places = (() => {
  const city = loadCity('baiyin-demo')
  const directory = createDirectory(city, [], new Date(0))
  return city.people.filter(({ role }) => role === 'deputy').map(({ region }) => directory.place(region) ?? region)
})()

/** Invented lines as residents write them: every problem at every place that a deputy of the demo city answers for. */
function line(index: number): string {
  return `${places[index % places.length]}${problems[Math.floor(index / places.length) % problems.length]}`
}

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
      `${line(index)}${mark(index)}`,
      first + index,
    ),
  )
}
