import { Script } from 'node:vm'
import { parseSync } from '@swc/core'
import { describe, expect, test } from 'vitest'
import { loadPage } from '#channels'

const page = loadPage(['https://www.example.gov.cn'])
const body = (name: Parameters<typeof page.get>[0]) => page.get(name)!.body

describe('the page’s files', () => {
  test('are under 30 kB in all', () => {
    const bytes = [...page.values()].reduce((sum, { body }) => sum + Buffer.byteLength(body), 0)
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(30_000)
  })

  test('are scripts that a browser can read', () => {
    for (const [name, { body }] of page) {
      if (!name.endsWith('.js')) continue
      const parsed = parseSync(body, { syntax: 'ecmascript', target: 'es2022' })
      expect(parsed.body.length).toBeGreaterThan(0)
      // A duplicate declaration is found only when it is compiled.
      const imports = /^(import .*|export (?=const|let|async|function))/gm
      expect(() => new Script(`(async () => {${body.replace(imports, '')}})`)).not.toThrow()
    }
  })

  test('ask for nothing from elsewhere, and write no markup', () => {
    for (const name of ['chat.html', 'chat.css', 'chat.js', 'device.js', 'log.js'] as const) {
      expect(body(name)).not.toMatch(/https?:\/\//)
      expect(body(name)).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/)
    }
    expect(body('chat.html')).not.toMatch(/ (style|on\w+)=/)
  })

  test('may run and load only themselves, and be framed only by the sites named', () => {
    const policy = page.get('chat.html')!.headers['content-security-policy']
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    expect(policy).toContain("frame-ancestors 'self' https://www.example.gov.cn;")
    expect(policy).toContain("require-trusted-types-for 'script'")
    expect(policy).not.toContain('unsafe')
    expect(loadPage([]).get('chat.html')!.headers['content-security-policy']).toContain("frame-ancestors 'self';")
  })

  test('hold their words in the HTML; the script for other sites gets its own from there', () => {
    for (const name of ['chat.js', 'device.js', 'log.js'] as const) expect(body(name)).not.toMatch(/\p{Script=Han}/u)
    const words = JSON.parse(/id="words">([^]*?)<\/script>/.exec(body('chat.html'))![1]!) as Record<string, unknown>
    const used = [body('chat.js'), body('log.js')].join('').matchAll(/words\.(\w+)/g)
    const names = new Set([...used].map(([, name]) => name!))
    expect([...names].filter((name) => typeof words[name] !== 'string')).toEqual([])
    expect(Object.keys(words).filter((name) => name !== 'embed' && !names.has(name))).toEqual([])
    expect(body('embed.js')).toContain('"open":"')
  })

  test('have another tag for another body', () => {
    const tags = [...page.values()].map(({ etag }) => etag)
    expect(new Set(tags).size).toBe(tags.length)
  })
})
