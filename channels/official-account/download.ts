import { lookup as lookUp } from 'node:dns'
import { request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList } from 'node:net'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'

/** What a GET brought. Never a word of the URL, which may hold a token. */
export type Downloaded =
  | { kind: 'got'; status: number; contentType: string; bytes: Buffer }
  /** Nothing, or not all of it: may be asked for again. */
  | { kind: 'lost'; code: string }
  /** Never asked for, or stopped on the way: `TOO_LARGE`, `PRIVATE_ADDRESS`. */
  | { kind: 'refused'; code: string }

export interface DownloadOptions {
  /** Reading stops beyond so many bytes, whatever the headers promised. */
  mostBytes: number
  /** For all of it. */
  timeoutMs: number
  /** False: a name that leads into a private network is not followed there. */
  mayBePrivate: boolean
}

/** GETs one address and follows no redirect (its status comes back). By hand, for fetch can't be told which addresses a name may have. */
export function download(url: URL, { mostBytes, timeoutMs, mayBePrivate }: DownloadOptions): Promise<Downloaded> {
  return new Promise((resolve) => {
    const outgoing = (url.protocol === 'https:' ? tlsRequest : request)(url, {
      // A connection of its own: nothing kept open stands in the way of a shutdown.
      agent: false,
      lookup: mayBePrivate ? undefined : publicOnly,
    })
    let ended = false
    const end = (downloaded: Downloaded) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      resolve(downloaded)
      outgoing.destroy()
    }
    const timer = setTimeout(() => end({ kind: 'lost', code: 'TIMEOUT' }), timeoutMs)
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? 'NETWORK'
      end(code === privateAddress ? { kind: 'refused', code } : { kind: 'lost', code })
    })
    outgoing.on('response', (incoming) => read(incoming, mostBytes, end))
    outgoing.end()
  })
}

function read(incoming: IncomingMessage, mostBytes: number, end: (downloaded: Downloaded) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBytes) end({ kind: 'refused', code: 'TOO_LARGE' })
    else chunks.push(chunk)
  })
  incoming.on('error', () => end({ kind: 'lost', code: 'NETWORK' }))
  incoming.on('end', () =>
    // A connection cut in the middle ends a stream too.
    incoming.complete
      ? end({
          kind: 'got',
          status: incoming.statusCode ?? 0,
          contentType: (incoming.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase(),
          bytes: Buffer.concat(chunks),
        })
      : end({ kind: 'lost', code: 'CUT' }),
  )
}

const privateAddress = 'PRIVATE_ADDRESS'

/** Everything that is not the open internet. https://www.iana.org/assignments/iana-ipv4-special-registry */
const closed = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  closed.addSubnet(net, prefix, 'ipv4')
}
for (const [net, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  closed.addSubnet(net, prefix, 'ipv6')
}

/** Whether an address leads into a private network, or back to this machine. */
export function isPrivateAddress(address: string): boolean {
  return closed.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
}

/** Looks a name up and connects to what was looked at: a name can't show one address first and another one then. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    if (addresses.some(({ address }) => isPrivateAddress(address))) {
      return callback(Object.assign(new Error('a private address'), { code: privateAddress }), [])
    }
    if (options.all) callback(null, addresses)
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  })
}
