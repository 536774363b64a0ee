import type { Random } from '../random.ts'
import { seal, sign } from './account.ts'
import type { Account, Mode } from './account.ts'
import { genuineMembers, malformed, toXml } from './message.ts'
import type { Members } from './message.ts'
import { cdata } from './words.ts'

/**
 * - `genuine`: as the platform sends: answered 200, and stored once
 * - `signed`: signed rightly, and wrong in its form: taken or refused, at most once
 * - `forged`: not the platform's: refused, and never stored
 */
export type Sort = 'genuine' | 'signed' | 'forged'

export interface Post {
  sort: Sort
  /** What was done to it, for the report. */
  how: string
  openid: string
  /** Behind the path; without the question mark. */
  query: string
  body: Buffer
  /** So many at once; each signed anew. */
  copies: number
}

interface Signed {
  timestamp: string
  nonce: string
  query: string
  body: Buffer
}

const nonceOf = (random: Random): string => String(random.whole(1, 9_999_999_999))

/** Makes posts for one account in one mode; `now` in seconds. Every post speaks for an openid of its own. */
export function createPosts(
  random: Random,
  account: Account,
  mode: Mode,
  now: () => number,
  openidOf: (sort: Sort) => string,
  nextId: () => string,
) {
  const used: string[] = []

  function dress(
    clear: Buffer,
    {
      timestamp = String(now()),
      nonce = nonceOf(random),
      token = account.token,
      aesKey = account.aesKey,
      appId = account.appId,
      outer = null as Members | null,
    } = {},
  ): Signed {
    const first = `signature=${sign(token, timestamp, nonce)}&timestamp=${timestamp}&nonce=${nonce}`
    if (mode === 'plain') return { timestamp, nonce, query: first, body: clear }
    const sealed = seal(clear, appId, aesKey, random)
    const shown: Members = mode === 'compatible' && outer ? outer : [['ToUserName', cdata(account.name)]]
    const query = `${first}&encrypt_type=aes&msg_signature=${sign(token, timestamp, nonce, sealed)}`
    return { timestamp, nonce, query, body: Buffer.from(toXml([...shown, ['Encrypt', cdata(sealed)]])) }
  }

  const message = (openid: string): Members => genuineMembers(random, account, openid, nextId(), now())
  const post = (
    sort: Sort,
    how: string,
    openid: string,
    { query, body }: Pick<Signed, 'query' | 'body'>,
    copies = 1,
  ): Post => ({ sort, how, openid, query, body, copies })

  function genuine(): Post {
    const openid = openidOf('genuine')
    const members = message(openid)
    const clear = Buffer.from(toXml(members, random.pick(['', '\n', '\n  '])))
    // What stands in clear beside the sealed message is nobody's word: it may say anything.
    const outer = random.chance(0.3) ? message(openidOf('forged')) : members
    const dressed = dress(clear, { outer, timestamp: String(now() + random.whole(-200, 200)) })
    const extra = random.chance(0.2) ? `&openid=${openid}&x=${encodeURIComponent('a[]=1&%00')}` : ''
    return post(
      'genuine',
      'genuine',
      openid,
      { ...dressed, query: dressed.query + extra },
      random.chance(0.1) ? random.whole(2, 4) : 1,
    )
  }

  function signed(): Post {
    const openid = openidOf('signed')
    return post('signed', 'malformed', openid, dress(malformed(random, message(openid))))
  }

  /** Everything about it is right but one thing, which only the platform could have right. */
  function forged(): Post {
    const openid = openidOf('forged')
    const members = message(openid)
    const clear = Buffer.from(toXml(members))
    const give = (how: string, dressed: Pick<Signed, 'query' | 'body'>): Post => post('forged', how, openid, dressed)
    const good = dress(clear)
    switch (random.whole(0, 8)) {
      case 0:
        return give('another token', dress(clear, { token: random.pick(['', 'x', 'a'.repeat(24)]) }))
      case 1: {
        const off = random.pick([-1, 1]) * random.pick([310, 4_000, 100_000_000])
        return give('stale', dress(clear, { timestamp: String(Math.abs(now() + off)) }))
      }
      case 2:
        return give(
          'timestamp not a time',
          dress(clear, {
            timestamp: random.pick(['', 'now', '1e9', '-5', `${now()}.5`, ` ${now()}`, '9'.repeat(200)]),
          }),
        )
      case 3: {
        const names = ['signature', 'timestamp', 'nonce', ...(mode === 'plain' ? [] : ['msg_signature'])].filter(
          (name) => mode === 'plain' || name !== 'signature',
        )
        return give('query without one', { query: without(good.query, random.pick(names)), body: good.body })
      }
      case 4: {
        const name = random.pick(mode === 'plain' ? ['signature', 'nonce'] : ['msg_signature', 'nonce'])
        return give('query doubled', { query: `${good.query}&${name}=${random.pick(['', '1', 'a'])}`, body: good.body })
      }
      case 5: {
        const name = mode === 'plain' ? 'signature' : 'msg_signature'
        const wrong = random.pick([
          '',
          '0'.repeat(40),
          'é',
          '%E0%A4%A',
          '%00',
          sign('x'),
          'A'.repeat(5_000),
          '__proto__',
          '[object Object]',
        ])
        return give('another signature', { query: `${without(good.query, name)}&${name}=${wrong}`, body: good.body })
      }
      case 6: {
        // A signed request that was used before, with another body.
        const earlier = used.length === 0 ? null : random.pick(used)
        if (earlier === null) return give('unsigned', { query: '', body: good.body })
        return give('replayed', { query: earlier, body: mode === 'plain' ? clear : good.body })
      }
      case 7:
        if (mode === 'plain')
          return give('sealed without a key', {
            query: good.query,
            body: Buffer.from(
              `<xml><Encrypt>${cdata(seal(clear, account.appId, account.aesKey, random))}</Encrypt></xml>`,
            ),
          })
        return random.pick([
          () => give('another key', dress(clear, { aesKey: 'b'.repeat(42) + 'A' })),
          () => give('another account', dress(clear, { appId: 'wx0000000000000000' })),
          () =>
            give('in clear', {
              query: without(without(good.query, 'encrypt_type'), 'msg_signature'),
              body: clear,
            }),
          () =>
            give('said to be raw', { query: good.query.replace('encrypt_type=aes', 'encrypt_type=raw'), body: clear }),
        ])()
      default: {
        if (mode === 'plain')
          return give('unsigned', {
            query: random.pick(['', 'signature', '&&&', 'signature[]=1&timestamp[a]=2', '%'.repeat(50)]),
            body: clear,
          })
        const body = Buffer.from(good.body)
        const from = body.indexOf('<Encrypt>') + 18
        const at = from + random.whole(0, Math.max(0, body.length - from - 30))
        body[at] = body[at] === 65 ? 66 : 65
        return give('sealed text altered', { query: good.query, body })
      }
    }
  }

  return {
    next(): Post {
      const dice = random.next()
      return dice < 0.4 ? genuine() : dice < 0.7 ? signed() : forged()
    },
    /** It was answered: its signature is used up. */
    took({ query }: Post): void {
      used.push(query)
      if (used.length > 50) used.shift()
    },
    /** The same post once more, as the platform repeats it: a signature of its own. */
    again(earlier: Post): Post {
      if (mode !== 'plain') {
        const sealed = /<Encrypt><!\[CDATA\[([^\]]+)\]\]><\/Encrypt>/.exec(earlier.body.toString())![1]!
        const [timestamp, nonce] = [String(now()), nonceOf(random)]
        const query = `signature=${sign(account.token, timestamp, nonce)}&timestamp=${timestamp}&nonce=${nonce}&encrypt_type=aes&msg_signature=${sign(account.token, timestamp, nonce, sealed)}`
        return { ...earlier, query }
      }
      return { ...earlier, query: dress(earlier.body).query }
    },
  }
}

function without(query: string, name: string): string {
  return query
    .split('&')
    .filter((part) => !part.startsWith(`${name}=`))
    .join('&')
}
