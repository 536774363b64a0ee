import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '#base'
import { answer, answerJson, bodyOf, jsonObject, textOf } from '../tencent/index.ts'
import type { LanguageModelMisbehaviour } from './misbehaviour.ts'

interface LanguageModelSimulatorOptions {
  /** What it asks for; null: anybody is answered. */
  key?: string | null
  /** What it says to the words of the user's message: turned into JSON unless it is text already. */
  answer: (words: string) => unknown
}

/** One request, as it came. */
interface ModelRequest {
  headers: IncomingHttpHeaders
  /** The whole body. */
  text: string
  model: string
  /** Of the system's message. */
  rules: string
  /** Of the user's message. */
  words: string
}

export interface LanguageModelSimulator {
  /** As LANGUAGE_MODEL_URL takes it. */
  readonly url: string
  readonly requests: readonly ModelRequest[]
  /** The most requests that were under way at one time. */
  readonly most: number
  misbehave: (wrong: LanguageModelMisbehaviour) => void
  behave: () => void
  close: () => Promise<void>
}

/** An endpoint of OpenAI's form, `POST /v1/chat/completions`. https://platform.openai.com/docs/api-reference/chat/create */
export async function startLanguageModelSimulator(
  options: LanguageModelSimulatorOptions,
): Promise<LanguageModelSimulator> {
  const { key = null } = options
  const requests: ModelRequest[] = []
  let wrong: LanguageModelMisbehaviour = {}
  let [left, under, most] = [0, 0, 0]

  const server = createServer((request, response) => {
    const serve = async () => {
      const text = await bodyOf(request)
      if (request.method !== 'POST' || request.url !== '/v1/chat/completions') return failed(response, 404, 'not found')
      if (key !== null && request.headers.authorization !== `Bearer ${key}`)
        return failed(response, 401, 'invalid api key')
      const asked = jsonObject(text)
      const messages = Array.isArray(asked?.['messages']) ? (asked['messages'] as Record<string, unknown>[]) : []
      const of = (role: string) => textOf(messages.findLast((message) => message['role'] === role)?.['content'])
      const model = textOf(asked?.['model'])
      const words = of('user')
      if (model === '' || words === '') return failed(response, 400, 'model and messages are required')
      requests.push({ headers: request.headers, text, model, rules: of('system'), words })
      const now = left > 0 ? wrong : {}
      left -= 1
      under += 1
      most = Math.max(most, under)
      response.on('close', () => (under -= 1))
      if (now.slowMs) await wait(now.slowMs)
      respond(response, model, now, () => options.answer(words))
    }
    serve().catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else failed(response, 500, messageOf(error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    get most() {
      return most
    },
    misbehave: (next) => {
      wrong = next
      left = next.times ?? Number.POSITIVE_INFINITY
    },
    behave: () => {
      left = 0
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function respond(
  response: ServerResponse,
  model: string,
  wrong: LanguageModelMisbehaviour,
  right: () => unknown,
): void {
  // The socket is left open until the client gives up, or the simulator closes.
  if (wrong.silent) return
  if (wrong.cut) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 })
    response.write('{"choices":[{"message":{"content":"{')
    setImmediate(() => response.destroy())
    return
  }
  if (wrong.status !== undefined) return answer(response, wrong.status, 'text/html', '<html><h1>It failed</h1></html>')
  if (wrong.location !== undefined) {
    response.writeHead(307, { location: wrong.location })
    response.end()
    return
  }
  if (wrong.hugeBytes !== undefined)
    return answer(response, 200, 'application/json', Buffer.alloc(wrong.hugeBytes, 0x20))
  if (wrong.body !== undefined) return answer(response, 200, 'application/json', wrong.body)
  const said = wrong.content ?? right()
  const plain = typeof said === 'string' ? said : JSON.stringify(said)
  const content = wrong.fenced ? `\`\`\`json\n${plain}\n\`\`\`` : plain
  answerJson(response, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model,
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  })
}

function failed(response: ServerResponse, status: number, message: string): void {
  answerJson(response, { error: { message, type: 'invalid_request_error' } }, status)
}
