import { BlockList, isIP } from 'node:net'

/** Where a reverse proxy of ours may stand: this machine, and private networks. */
const near = new BlockList()
near.addSubnet('127.0.0.0', 8)
near.addSubnet('10.0.0.0', 8)
near.addSubnet('172.16.0.0', 12)
near.addSubnet('192.168.0.0', 16)
near.addAddress('::1', 'ipv6')
near.addSubnet('fc00::', 7, 'ipv6')

/**
 * Whom a limit counts for: the IP that our proxy saw, else the socket's own. Only the last entry of the header is the
 * proxy's word, and only where there is one; the rest anybody can write. Of IPv6 the first half: one house has all of it.
 */
export function clientOf(peer: string | undefined, forwardedFor: string | string[] | undefined): string {
  const direct = plain(peer ?? '')
  const last = [forwardedFor ?? ''].flat().join(',').split(',').at(-1)!.trim()
  const seen = isNear(direct) && isIP(last) !== 0 ? plain(last) : direct
  return isIP(seen) === 6 ? firstHalf(seen) : seen
}

/** Without the IPv6 clothes that an IPv4 may come in. */
function plain(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address
}

function isNear(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && near.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

function firstHalf(address: string): string {
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right]
  return groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''))
    .join(':')
}
