import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeAesKey, decrypt, encrypt } from '../../../channels/tencent/crypto.ts'
import { sameSignature, sign } from '../../../channels/tencent/signature.ts'

// The platform's own vectors: developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.md
const token = 'AAAAA'
const appId = 'wxba5fad812f8e6fb9'
const key = decodeAesKey('A'.repeat(43))
const documented =
  '+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04='

describe('documented vectors', () => {
  test('signatures', () => {
    expect(sign(token, '1714036504', '1514711492')).toBe('f464b24fc39322e44b38aa78f5edd27bd1441696')
    expect(sign(token, '1714037059', '486452656')).toBe('899cf89e464efb63f54ddac96b0a0a235f53aa78')
    expect(sign(token, '1714112445', '415670741')).toBe('6c5c811b55cc85e0e1b54100749188c20beb3f5d')
    expect(sign(token, '1714112445', '415670741', documented)).toBe('046e02f8204d34f8ba5fa3b1db94908f3df2e9b3')
  })

  test('decrypting the pushed event', () => {
    expect(decrypt(documented, key)).toEqual({
      message:
        '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
      appId,
    })
  })

  test('encrypting the reply', () => {
    const encrypted = encrypt('{"demo_resp":"good luck"}', appId, key, Buffer.from('707722b803182950'))
    expect(encrypted).toBe('ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==')
    expect(sign(token, '1713424427', '415670741', encrypted)).toBe('1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1')
  })
})

test('what is encrypted is decrypted, whatever it is', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme-ascii' }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (message, id, bytes) => {
        expect(decrypt(encrypt(message, id, Buffer.from(bytes)), Buffer.from(bytes))).toEqual({ message, appId: id })
      },
    ),
  )
})

test('garbage is null, never an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.base64String(),
        fc.string(),
        fc.uint8Array({ minLength: 32, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
      ),
      (text) => {
        const opened = decrypt(text, key)
        expect(opened === null || typeof opened.message === 'string').toBe(true)
      },
    ),
  )
})

test('a length that reaches past the end is refused', () => {
  const sealed = Buffer.from(encrypt('abc', appId, key), 'base64')
  // Flipping a bit of the first block flips it in the second, where the length stands.
  sealed[0]! ^= 0x80
  expect(decrypt(sealed.toString('base64'), key)).toBeNull()
})

test('a key that is not 43 characters names the setting', () => {
  expect(() => decodeAesKey('short')).toThrow(expect.objectContaining({ code: 'AES_KEY_INVALID' }))
})

test('signatures are compared whole', () => {
  expect(sameSignature('abc', 'abc')).toBe(true)
  expect(sameSignature('abd', 'abc')).toBe(false)
  expect(sameSignature('ab', 'abc')).toBe(false)
  expect(sameSignature('', 'abc')).toBe(false)
})
