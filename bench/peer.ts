import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { createRequire } from 'node:module'

/** co-wechat's context, as much of Koa's as it uses: without Koa's own cost, which favours the peer. */
interface Context {
  req: IncomingMessage
  query: Record<string, string>
  method: string
  request: { length: number; charset: string; body?: string }
  status: number
  body: string
  type: string
}
type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>
type CoWechat = (config: { token: string; appid: string }) => {
  middleware(handle: (message: { FromUserName: string }) => Promise<string>): Middleware
}

const wechat = createRequire(import.meta.url)('co-wechat') as CoWechat
const middleware = wechat({ token: process.argv[2]!, appid: process.argv[3]! }).middleware(
  async ({ FromUserName }) =>
    `已收到，编号 1042-8。\n诉求：城乡建设·城市公共设施\n地点：白银区人民路街道\n负责：值班代表\n期限：12月3日 18:00前答复\n${FromUserName.length}`,
)

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url!, 'http://127.0.0.1')
  const context: Context = {
    req: request,
    query: Object.fromEntries(searchParams),
    method: request.method!,
    request: { length: Number(request.headers['content-length']), charset: 'utf-8' },
    status: 200,
    body: '',
    type: '',
  }
  void middleware(context, async () => {}).then(() => {
    const body = Buffer.from(context.body)
    response.writeHead(context.status, { 'content-type': 'application/xml', 'content-length': body.length })
    response.end(body)
  })
}).listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send!({ port: typeof address === 'object' ? address!.port : 0 })
})
