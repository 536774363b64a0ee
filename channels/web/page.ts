import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** One file of the page, as it is served. */
export interface PageFile {
  contentType: string
  body: string
  etag: string
  headers: Record<string, string>
}

/** What other sites need to show the page: addresses such as `https://www.example.gov.cn`. */
export type Sites = readonly string[]

const types = {
  'chat.html': 'text/html; charset=utf-8',
  'chat.css': 'text/css; charset=utf-8',
  'chat.js': 'text/javascript; charset=utf-8',
  'device.js': 'text/javascript; charset=utf-8',
  'log.js': 'text/javascript; charset=utf-8',
  'embed.js': 'text/javascript; charset=utf-8',
} as const

export type PageName = keyof typeof types

/**
 * The page's files, read once. Nothing but our own files may run, load or be reached from it, no script may write
 * markup, and only `sites` may show it in a frame.
 */
export function loadPage(sites: Sites): ReadonlyMap<PageName, PageFile> {
  const html = read('chat.html')
  const files = new Map<PageName, PageFile>()
  for (const name of Object.keys(types) as PageName[]) {
    const body = name === 'embed.js' ? read(name).replace("'words'", JSON.stringify(embedWords(html))) : read(name)
    files.set(name, {
      contentType: types[name],
      body,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"`,
      headers: {
        ...common,
        ...(name === 'chat.html' ? htmlHeaders(sites) : {}),
        ...(name === 'embed.js' ? forAll : {}),
      },
    })
  }
  return files
}

function htmlHeaders(sites: Sites): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    ["frame-ancestors 'self'", ...sites].join(' '),
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  }
}

const common = {
  // Asked for each time, and answered with 304: a new version is there at once.
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

/** The script is made to be loaded by other sites. */
const forAll = { 'cross-origin-resource-policy': 'cross-origin' }

function read(name: string): string {
  return readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8')
}

/** All words stand in the HTML, also those of the script for other sites, which has no HTML of its own. */
function embedWords(html: string): unknown {
  const words = /<script type="application\/json" id="words">([^]*?)<\/script>/.exec(html)?.[1] ?? '{}'
  return (JSON.parse(words) as { embed: unknown }).embed
}
