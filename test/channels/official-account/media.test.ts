import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createOfficialAccountClient } from '#channels'
import type { Content, OfficialAccountClientOptions } from '#channels'
import { startOfficialAccountSimulator } from '#simulators'
import type { Simulator } from '#simulators'
import { download, isPrivateAddress } from '../../../channels/official-account/download.ts'
import { contentTypeOf } from '../../../channels/official-account/media-type.ts'

let now = new Date('2026-11-23T08:00:00Z')
const clock = () => now
const account = { appId: 'wx0123456789abcdef', appSecret: 'secret' }
const get = '/cgi-bin/media/get'
let simulator: Simulator

beforeEach(async () => {
  now = new Date('2026-11-23T08:00:00Z')
  simulator = await startOfficialAccountSimulator({ ...account, token: 't', mode: 'plain', clock })
})
afterEach(() => simulator.close())

function fetching(options: Partial<OfficialAccountClientOptions> = {}) {
  const { url } = simulator
  return createOfficialAccountClient({ ...account, apiUrl: url, mpUrl: url, clock, ...options }).fetchMedia
}

const image = (mediaId: string): Content => ({ type: 'image', mediaId, url: null })
const voice = (mediaId: string): Content => ({ type: 'voice', mediaId, format: 'amr', recognition: null })
const video = (mediaId: string): Content => ({ type: 'video', mediaId, thumbMediaId: null })
const at = () => now.getTime()
const padded = (beginning: string, length: number) =>
  Buffer.concat([Buffer.from(beginning, 'latin1'), Buffer.alloc(length)])

describe('fetched', () => {
  test('a picture, a voice, and a video from where the platform says it lies', async () => {
    const picture = { contentType: 'image/jpeg', bytes: padded('\xff\xd8\xff\xe0', 70_000) }
    expect(await fetching()(image(simulator.media.add('image', at(), picture)))).toEqual({
      status: 'fetched',
      ...picture,
    })
    expect(await fetching()(voice(simulator.media.add('voice', at())))).toMatchObject({ contentType: 'audio/amr' })
    const film = { contentType: 'video/mp4', bytes: padded('\0\0\0\x20ftypmp42', 9_000) }
    expect(await fetching()(video(simulator.media.add('video', at(), film)))).toEqual({ status: 'fetched', ...film })
  })

  test('with a token that was renewed on the way, once', async () => {
    const fetchMedia = fetching()
    await fetchMedia(image(simulator.media.add('image', at())))
    simulator.misbehave({ expireTokens: true })
    expect(await fetchMedia(image(simulator.media.add('image', at())))).toMatchObject({ status: 'fetched' })
    expect(simulator.tokens.stableAsked).toBe(2)
  })

  test('whatever type is claimed in general, the bytes speak', async () => {
    const bytes = padded('GIF89a', 40)
    const id = simulator.media.add('image', at(), { contentType: 'application/octet-stream', bytes })
    expect(await fetching()(image(id))).toMatchObject({ status: 'fetched', contentType: 'image/gif' })
  })
})

describe('refused for good', () => {
  test.each([
    ['a page', 'image/png', '<html><script>alert(1)</script></html>'],
    ['a program', 'image/jpeg', 'MZ\x90\x00'],
    ['a film that claims to be a picture', 'image/png', '\0\0\0\x20ftypisom'],
    ['a picture that claims to be a film', 'video/mp4', '\x89PNG\r\n\x1a\n'],
    ['nothing', 'image/png', ''],
  ])('%s', async (_what, contentType, beginning) => {
    const id = simulator.media.add('image', at(), { contentType, bytes: Buffer.from(beginning, 'latin1') })
    expect(await fetching()(image(id))).toMatchObject({ status: 'refused', code: 'MEDIA_TYPE' })
  })

  test.each([
    ['image', image, 10],
    ['voice', voice, 2],
    ['video', video, 20],
  ] as const)('a %s beyond its size, counted while it is read', async (type, content, megabytes) => {
    const [contentType, beginning] = {
      image: ['image/png', '\x89PNG\r\n\x1a\n'],
      voice: ['audio/amr', '#!AMR'],
      video: ['video/mp4', '\0\0\0\x20ftyp'],
    }[type]
    const of = (length: number) => {
      const start = Buffer.from(beginning!, 'latin1')
      return { contentType: contentType!, bytes: Buffer.concat([start, Buffer.alloc(length - start.length)]) }
    }
    const most = megabytes * 1024 * 1024
    expect(await fetching()(content(simulator.media.add(type, at(), of(most))))).toMatchObject({ status: 'fetched' })
    expect(await fetching()(content(simulator.media.add(type, at(), of(most + 1))))).toEqual({
      status: 'refused',
      code: 'TOO_LARGE',
      reason: 'not read to its end',
    })
  })

  test('one that never ends', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 1)));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await download(url, { mostBytes: 1_000_000, timeoutMs: 5_000, mayBePrivate: true })).toEqual({
      kind: 'refused',
      code: 'TOO_LARGE',
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  test('one that the platform has forgotten after three days, with its rid', async () => {
    const id = simulator.media.add('image', at())
    now = new Date(at() + 3 * 24 * 3_600_000)
    const gone = await fetching()(image(id))
    expect(gone).toMatchObject({ status: 'refused', code: '40007', reason: expect.stringMatching(/rid: \w{8}-/) })
  })

  test('a redirect, wherever it leads', async () => {
    simulator.misbehave({ instead: { status: 302, location: simulator.url }, path: get })
    expect(await fetching()(image('m'))).toMatchObject({ status: 'refused', code: 'HTTP_302' })
  })

  test('a message without media', async () => {
    expect(await fetching()({ type: 'text', text: 'x' })).toMatchObject({ status: 'refused', code: 'MEDIA_NONE' })
  })

  test.each([
    'http://example.com/a.mp4',
    'https://qq.com.example.com/a.mp4',
    'https://evilqq.com/a.mp4',
    'https://user:word@v.qq.com/a.mp4',
    'https://v.qq.com:8443/a.mp4',
    'file:///etc/passwd',
    'http://127.0.0.1/a.mp4',
    'http://[::1]/a.mp4',
    'nowhere',
  ])('a video at %s', async (videoUrl) => {
    simulator.misbehave({ instead: { body: JSON.stringify({ video_url: videoUrl }) }, path: get })
    expect(await fetching()(video('m'))).toMatchObject({ status: 'refused', code: 'MEDIA_HOST' })
  })

  test('a video on a host that is allowed but leads into a private network', async () => {
    const port = new URL(simulator.url).port
    expect(port).not.toBe('80')
    simulator.misbehave({ instead: { body: JSON.stringify({ video_url: 'http://localhost/a.mp4' }) }, path: get })
    expect(await fetching({ mediaHosts: ['localhost'] })(video('m'))).toMatchObject({
      status: 'refused',
      code: 'PRIVATE_ADDRESS',
    })
  })
})

describe('tried again later', () => {
  test.each([
    ['a gateway’s 502', { http502: true }, 'HTTP_502'],
    ['busy', { errcode: -1 }, '-1'],
    ['too frequent', { errcode: 45011 }, '45011'],
    ['a connection cut', { dropAfterAccept: true }, 'ECONNRESET'],
  ])('%s', async (_what, wrong, code) => {
    simulator.misbehave({ ...wrong, path: get })
    expect(await fetching()(image(simulator.media.add('image', at())))).toMatchObject({ status: 'retry', code })
  })

  test('the day’s limit: after midnight in Shanghai', async () => {
    simulator.misbehave({ errcode: 45009, path: get })
    expect(await fetching()(image('m'))).toMatchObject({ status: 'retry', code: '45009', afterMs: 8 * 3_600_000 })
  })

  test('a token that can’t be had', async () => {
    simulator.misbehave({ errcode: -1, path: '/cgi-bin/stable_token' })
    expect(await fetching()(image('m'))).toMatchObject({ status: 'retry', code: '-1' })
  })

  test('nobody there; and no reason ever holds the token', async () => {
    const fetchMedia = fetching()
    await fetchMedia(image(simulator.media.add('image', at())))
    await simulator.close()
    const lost = await fetchMedia(image('m'))
    expect(lost).toMatchObject({ status: 'retry', code: 'ECONNREFUSED' })
    expect(JSON.stringify(lost)).not.toContain('access_token')
  })
})

test('JSON that is neither an error nor a video is refused', async () => {
  simulator.misbehave({ instead: { body: '{"video_url":"https://v.qq.com/a.mp4"}' }, path: get })
  expect(await fetching()(image('m'))).toMatchObject({ status: 'refused', code: 'MEDIA_TYPE' })
})

test('any bytes at all are either of a known kind or of none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const found = contentTypeOf(Buffer.from(bytes))
      expect(found === null || /^(image|audio|video)\/\w+$/.test(found)).toBe(true)
    }),
  )
})

test.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['192.168.1.1', true],
  ['169.254.169.254', true],
  ['100.100.100.200', true],
  ['0.0.0.0', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['fd00::1', true],
  ['fe80::1', true],
  ['119.147.1.1', false],
  ['172.32.0.1', false],
  ['240e:97c:2f:3003::1', false],
])('%s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected)
})
