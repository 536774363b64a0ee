import { createHash, randomBytes } from 'node:crypto'

type Headers = Record<string, string | string[] | undefined>

/** Browsers keep no cookie longer: https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-max-age-attribute */
const cookieSeconds = 400 * 86_400

/** 32 random bytes in base64url: who holds them is the person. Kept by the device alone; we know only their hash. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** What the ledger knows a device by; it opens nothing. */
export function addressOf(secret: string): string {
  return createHash('sha256').update(`web chat ${secret}`).digest('base64url')
}

/**
 * The secret a request brings: as a bearer token (a page in another site's frame, whose cookies browsers block), else
 * as the cookie. Null: none, or none that we could have made.
 */
export function secretOf(headers: Headers, secure: boolean): string | null {
  const { authorization, cookie } = headers
  if (typeof authorization === 'string') return known(/^Bearer ([\w-]+)$/.exec(authorization)?.[1])
  if (typeof cookie !== 'string') return null
  const name = cookieName(secure)
  for (const pair of cookie.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return known(pair.slice(at + 1).trim())
  }
  return null
}

/** The Set-Cookie that keeps a secret on the device, out of reach of scripts; null forgets it. */
export function sessionCookie(secret: string | null, secure: boolean): string {
  const age = secret === null ? 0 : cookieSeconds
  const flags = `Path=/; Max-Age=${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return `${cookieName(secure)}=${secret ?? ''}; ${flags}`
}

/**
 * A request that only our own page can make: others would first have to ask for leave, for the header and for a body of
 * JSON, and nobody gives it. https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
export function isOurPage(headers: Headers, posts: boolean): boolean {
  const type = headers['content-type']
  const isJson = typeof type === 'string' && /^application\/json\s*(;|$)/i.test(type)
  return headers['x-mashang'] === '1' && (isJson || !posts)
}

// The prefix binds it to this host over TLS: no sister site can slip its own secret to our visitors.
// https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-__host-prefix
function cookieName(secure: boolean): string {
  return secure ? '__Host-mashang' : 'mashang'
}

function known(secret: string | undefined): string | null {
  return secret !== undefined && /^[\w-]{43}$/.test(secret) ? secret : null
}
