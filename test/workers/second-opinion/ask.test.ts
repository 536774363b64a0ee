import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { badContents, startLanguageModelSimulator } from '#simulators'
import type { LanguageModelSimulator } from '#simulators'
import { askModel } from '../../../workers/second-opinion/ask.ts'

const key = 'sk-for-this-test-alone'
const right = { kind: 'appeal', topic: '城乡建设', place: null, confidence: 0.7 }
const enquiry = { words: '路灯坏了', topics: ['城乡建设', '民政'] }
const never = new AbortController().signal

let model: LanguageModelSimulator
beforeEach(async () => {
  model = await startLanguageModelSimulator({ key, answer: () => right })
})
afterEach(() => model.close())

const settings = () => ({ url: model.url, name: 'test-model', key, below: 0.6 })
const ask = () => askModel(settings(), enquiry, never)

describe('a language model', () => {
  it('is sent the words, the lists and its key, and nothing else', async () => {
    expect(await ask()).toEqual({ opinion: right })
    expect(model.requests).toHaveLength(1)
    const { headers, text, words } = model.requests[0]!
    expect(words).toContain('路灯坏了')
    expect(headers['authorization']).toBe(`Bearer ${key}`)
    const body = JSON.parse(text) as object
    expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'model', 'stream', 'temperature'])
    expect(body).not.toHaveProperty('tools')
  })

  it('may fence its answer', async () => {
    model.misbehave({ fenced: true })
    expect(await ask()).toEqual({ opinion: right })
  })

  it.each(Object.entries(badContents))('that answers with %s has no opinion', async (_, content) => {
    model.misbehave({ content })
    expect(await ask()).toEqual({ opinion: null, code: 'NOT_AS_ASKED' })
  })

  it.each([
    ['fails', { status: 500 }, 'HTTP_500'],
    ['is too busy', { status: 429 }, 'HTTP_429'],
    ['cuts its answer off', { cut: true }, expect.stringMatching(/^(UND_ERR_SOCKET|NETWORK|ECONNRESET)$/)],
    ['never ends its answer', { hugeBytes: 30_000_000 }, 'TOO_LONG'],
    ['answers no completion', { body: '{"error":"no"}' }, 'NO_COMPLETION'],
    ['answers no choices', { body: '{"choices":[]}' }, 'NO_COMPLETION'],
    ['answers no JSON', { body: '<html>' }, 'NO_COMPLETION'],
    [
      'answers a content that is no text',
      { body: '{"choices":[{"message":{"content":[{"type":"tool"}]}}]}' },
      'NO_COMPLETION',
    ],
    [
      'calls a tool',
      { body: '{"choices":[{"message":{"content":null,"tool_calls":[{"function":{"name":"assign"}}]}}]}' },
      'NO_COMPLETION',
    ],
  ])('that %s has none either', async (_, wrong, code) => {
    model.misbehave(wrong)
    expect(await ask()).toEqual({ opinion: null, code })
    model.behave()
    expect(await ask()).toEqual({ opinion: right })
  })

  it('that sends us elsewhere is not followed, so neither words nor key go there', async () => {
    const elsewhere = await startLanguageModelSimulator({ answer: () => right })
    model.misbehave({ location: `${elsewhere.url}/chat/completions` })
    expect(await ask()).toMatchObject({ opinion: null })
    expect(elsewhere.requests).toEqual([])
    await elsewhere.close()
  })

  it('that refuses our key says so by its status', async () => {
    expect(await askModel({ ...settings(), key: null }, enquiry, never)).toEqual({ opinion: null, code: 'HTTP_401' })
  })

  it('that isn’t there is no trouble', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    const gone = { ...settings(), url: `http://127.0.0.1:${port}/v1` }
    expect(await askModel(gone, enquiry, never)).toEqual({ opinion: null, code: 'ECONNREFUSED' })
  })

  it('that keeps silent is waited for ten seconds at most', async () => {
    model.misbehave({ silent: true })
    const began = performance.now()
    expect(await ask()).toEqual({ opinion: null, code: 'TIMEOUT' })
    const took = performance.now() - began
    expect(took).toBeGreaterThan(9_000)
    expect(took).toBeLessThan(14_000)
  }, 20_000)

  it('is let go at once when we stop', async () => {
    model.misbehave({ silent: true })
    const stopped = new AbortController()
    const asking = askModel(settings(), enquiry, stopped.signal)
    await expect.poll(() => model.requests.length).toBe(1)
    const began = performance.now()
    stopped.abort()
    expect(await asking).toEqual({ opinion: null, code: 'STOPPED' })
    expect(performance.now() - began).toBeLessThan(1_000)
  })
})
