import { describe, expect, test } from 'vitest'
import { clientOf } from '#channels'

describe('whom a limit counts for', () => {
  test.each<[peer: string | undefined, forwarded: string | string[] | undefined, client: string, why: string]>([
    ['203.0.113.7', undefined, '203.0.113.7', 'no proxy'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7', 'a stranger’s header is the stranger’s word'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1', 'our proxy’s word'],
    ['::ffff:10.0.0.2', '1.2.3.4, 198.51.100.1', '198.51.100.1', 'only the last entry is the proxy’s'],
    ['192.168.1.1', ['1.2.3.4', '198.51.100.9'], '198.51.100.9', 'also in two headers'],
    ['127.0.0.1', 'unknown', '127.0.0.1', 'no address'],
    ['::1', '2001:db8:12:34::1', '2001:db8:12:34', 'the first half of IPv6'],
    ['2001:0DB8:0012:0034:aaaa:bbbb:cccc:dddd', undefined, '2001:db8:12:34', 'the same house'],
    ['fd00::1', '2001:db8::5', '2001:db8:0:0', 'zeros left out'],
    [undefined, undefined, '', 'no socket any more'],
  ])('%s, %s → %s: %s', (peer, forwarded, expected) => {
    expect(clientOf(peer, forwarded)).toBe(expected)
  })
})
