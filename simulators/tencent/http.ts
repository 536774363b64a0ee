import type { IncomingMessage, ServerResponse } from 'node:http'

/** The whole body; a form with a picture is no text. By its events: an iterator costs more than all the rest of a call. */
export function bytesOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => resolve(Buffer.concat(chunks)))
    request.once('error', reject)
  })
}

/** The whole body as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  return (await bytesOf(request)).toString()
}

/** The body as a JSON object; null when it isn't one. */
export function jsonObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

export function answer(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

export function answerJson(response: ServerResponse, value: unknown, status = 200): void {
  answer(response, status, 'application/json; charset=utf-8', JSON.stringify(value))
}

/** A member that should be text; whatever else it is counts as none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
