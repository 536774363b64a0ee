import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import type { Middleware } from 'koa'

type CoWechat = (config: { token: string; appid: string }) => {
  middleware(handle: (message: { FromUserName: string }) => Promise<string>): Middleware
}

/** co-wechat as its own pages tell to use it: one middleware of a Koa application, which stores nothing. */
const wechat = createRequire(import.meta.url)('co-wechat') as CoWechat
const app = new Koa({ env: 'production' })
app.use(
  wechat({ token: process.argv[2]!, appid: process.argv[3]! }).middleware(
    async ({ FromUserName }) =>
      `已收到，编号 1042-8。\n诉求：城乡建设·城市公共设施\n地点：白银区人民路街道\n负责：值班代表\n期限：12月3日 18:00前答复\n${FromUserName.length}`,
  ),
)
const server = app.listen(0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port })
})
