import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { newAccount } from '../../drills/fuzz/account.ts'
import type { Mode } from '../../drills/fuzz/account.ts'
import { createPosts } from '../../drills/fuzz/post.ts'
import type { Sort } from '../../drills/fuzz/post.ts'
import { randomOf } from '../../drills/random.ts'
import { readPush } from '../../channels/official-account/index.ts'

vi.setConfig({ testTimeout: 240_000 })

test('2,000 posts: nothing genuine is refused or lost, nothing forged is stored, nothing breaks', () => {
  const script = join(import.meta.dirname, '..', '..', 'drills', 'fuzz.ts')
  const env = { ...process.env, NODE_OPTIONS: '' }
  const args = [script, '--posts', '2000', '--seed', 'suite']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env })
  expect(stdout.match(/^(plain|compatible|safe) mode: /gm), stderr).toHaveLength(3)
  expect(stdout).toMatch(/\nfaults 0\n$/)
  expect(status).toBe(0)
})

// If the generator's idea of genuine and forged were wrong, the run above would prove nothing.
test.each<Mode>(['plain', 'compatible', 'safe'])(
  '%s mode: the generator makes all three sorts, and what it forges is not signed for',
  (mode) => {
    const now = 1_795_000_000
    const account = newAccount()
    const keys = { ...account, aesKey: mode === 'plain' ? null : account.aesKey }
    let serial = 0
    const openid = (sort: Sort) => `o${sort}-${(serial += 1)}`
    const source = createPosts(
      randomOf('generator'),
      account,
      mode,
      () => now,
      openid,
      () => String((serial += 1)),
    )
    const seen = new Map<Sort, number>()
    for (let made = 0; made < 600; made++) {
      const post = source.next()
      seen.set(post.sort, (seen.get(post.sort) ?? 0) + 1)
      const query = Object.fromEntries(new URLSearchParams(post.query))
      const read = () => readPush({ query, body: post.body.toString() }, keys, new Date(now * 1000))
      if (post.sort === 'genuine') expect(read().inbound.address).toBe(post.openid)
      // Doubled parameters are for the server's own parser of queries to hand on.
      else if (post.sort === 'forged' && post.how !== 'query doubled') expect(read, post.how).toThrow(/./)
    }
    for (const sort of ['genuine', 'signed', 'forged'] as const) expect(seen.get(sort)).toBeGreaterThan(100)
  },
)
