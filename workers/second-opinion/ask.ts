import { z } from 'zod'
import type { LanguageModelSettings } from '#config'
import { opinionIn, promptFor } from './prompt.ts'
import type { Enquiry, Opinion } from './prompt.ts'

/** An opinion, or a short code for why there is none: never what the other side wrote. */
export type Answered = { opinion: Opinion } | { opinion: null; code: string }

const timeoutMs = 10_000
/** A chat completion of a few words comes nowhere near it. */
const mostBytes = 64 * 1024
const mostTokens = 300

const completion = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })

/** Asks once. Never throws. Redirects are not followed: they would carry the words, and the key, to a place nobody chose. */
export async function askModel(
  { url, name, key }: LanguageModelSettings,
  enquiry: Enquiry,
  stopped: AbortSignal,
): Promise<Answered> {
  try {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({
        model: name,
        messages: promptFor(enquiry),
        temperature: 0,
        max_tokens: mostTokens,
        stream: false,
      }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), stopped]),
    })
    const text = await textOf(response)
    if (!response.ok) return { opinion: null, code: `HTTP_${response.status}` }
    if (text === null) return { opinion: null, code: 'TOO_LONG' }
    const opinion = opinionIn(completion.parse(JSON.parse(text)).choices[0]!.message.content, enquiry)
    return opinion === null ? { opinion, code: 'NOT_AS_ASKED' } : { opinion }
  } catch (error) {
    return { opinion: null, code: codeOf(error) }
  }
}

/** Null once it is longer than an answer can be; the rest is not even read. */
async function textOf({ body }: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function codeOf(error: unknown): string {
  if (error instanceof z.ZodError || error instanceof SyntaxError) return 'NO_COMPLETION'
  const { name, cause } = error as { name?: string; cause?: { code?: unknown } }
  if (name === 'TimeoutError') return 'TIMEOUT'
  if (name === 'AbortError') return 'STOPPED'
  return typeof cause?.code === 'string' ? cause.code : 'NETWORK'
}
