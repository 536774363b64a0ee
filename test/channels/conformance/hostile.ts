import { createServer, request as ask } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Ways in which a server can answer that are no answer. */
export const hostilities = {
  'garbage JSON': (response: ServerResponse) => response.end('{"errcode": 0, "id": '),
  'JSON of another shape': (response: ServerResponse) => response.end('[{"errcode":{}},null]'),
  'a page of HTML': (response: ServerResponse) => response.end('<html><body>Welcome</body></html>'),
  'nothing but a 200': (response: ServerResponse) => response.end(),
  'a 502': (response: ServerResponse) => response.writeHead(502).end('<h1>502 Bad Gateway</h1>'),
  'a redirect': (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  'a connection cut before a byte': (response: ServerResponse) => response.destroy(),
  'a connection cut in the middle': (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': 500 }).write('{"errcode":0', () => response.destroy())
  },
  'a stall': () => {},
} satisfies Record<string, (response: ServerResponse) => void>

export type Hostility = keyof typeof hostilities

/** Stands before a platform and passes requests on, until it is told to be hostile. */
export async function startHostile(target: string) {
  let mood: { to: RegExp; how: Hostility } | null = null
  const passed: string[] = []
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const path = new URL(request.url!, target).pathname
    passed.push(path)
    if (mood?.to.test(path)) {
      request.resume()
      // Only once all is read, so that nobody can say that nothing was sent.
      const { how } = mood
      request.on('end', () => hostilities[how](response))
      return
    }
    const { method = 'GET', headers } = request
    const onward = ask(new URL(request.url!, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  }
  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Paths asked for so far. */
    passed,
    /** Hostile to paths that fit, from now on. */
    turn: (how: Hostility, to = /./) => void (mood = { how, to }),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
