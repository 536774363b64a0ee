import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { fromDebian, onPath } from './debian.js'
import { root } from './places.js'

const folder = join(root, '.cache', 'chromium')
const program = 'chromium-headless-shell'
const names = ['chromium', 'chromium-browser', program, 'google-chrome', 'google-chrome-stable', 'microsoft-edge']
const apps = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
/** So that Chinese is drawn as Chinese; without it the page is measured by empty boxes. */
const font = 'fonts-wqy-microhei'
/** Of the browser's needs, what a browser without a face can do without. */
const needless = new Set(['xdg-utils', 'x11-utils', 'chromium-sandbox'])

/** The Chromium that the tests use; undefined where there is none. Looks on PATH, then to Debian. */
export function provideChromium() {
  return process.env.MASHANG_TEST_BROWSER || onPath(names) || apps.find((path) => existsSync(path)) || debians()
}

function debians() {
  return fromDebian({
    folder,
    name: 'chromium',
    script,
    files: { 'fonts.conf': fontsConf },
    says: 'no Chromium here; fetching Debian’s for the tests (about 85 MB)',
    /** The browser with all of its libraries that this system lacks: which they are, apt-get says. */
    download(aptGet) {
      const { status, stdout } = aptGet(['-s', '--no-install-recommends', 'install', program], 30)
      if (status !== 0) return false
      const named = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name)
      aptGet(['download', font], 60)
      return aptGet(['download', ...named.filter((name) => !needless.has(name))], 300).status === 0
    },
  })
}

const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`

const script = `#!/bin/sh
# Chromium of the packages laid out beside this file.
here=$(dirname "$(readlink -f "$0")")
libraries=$(echo "$here"/usr/lib/*-linux-gnu*)
LD_LIBRARY_PATH=$libraries:$libraries/pulseaudio:$LD_LIBRARY_PATH
export LD_LIBRARY_PATH FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/usr/lib/chromium/${program}" "$@"
`
