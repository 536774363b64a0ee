import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import type { Pool } from 'pg'
import { fillRandom, MashangError } from '#base'

/**
 * Seals identity fields (AES-256-GCM) and makes the keyed hash they are found by. The data keys lie in the database,
 * wrapped by MASTER_KEY, which doesn't.
 */
export interface Keyring {
  seal(text: string): Buffer
  open(sealed: Buffer): string
  /** The same for pictures and the like. */
  sealBytes(bytes: Uint8Array): Buffer
  openBytes(sealed: Buffer): Buffer
  lookupHash(text: string): Buffer
}

const ivBytes = 12
const tagBytes = 16

function encrypt(key: KeyObject, plain: Uint8Array): Buffer {
  const iv = Buffer.allocUnsafe(ivBytes)
  fillRandom(iv)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: KeyObject, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()])
}

/** Reads the data keys, making them on first use. Fails with KEYRING_MASTER when MASTER_KEY doesn't open them. */
export async function openKeyring(pool: Pool, master: Buffer): Promise<Keyring> {
  const masterKey = createSecretKey(master)
  for (const purpose of ['seal', 'lookup']) {
    await pool.query(
      `INSERT INTO data_key (id, purpose, wrapped)
       SELECT $1 || '-1', $1, $2 WHERE NOT EXISTS (SELECT 1 FROM data_key WHERE purpose = $1)
       ON CONFLICT (id) DO NOTHING`,
      [purpose, encrypt(masterKey, randomBytes(32))],
    )
  }
  const { rows } = await pool.query<{ id: string; purpose: string; wrapped: Buffer }>(
    'SELECT id, purpose, wrapped FROM data_key ORDER BY created_at',
  )
  const keys = new Map<string, KeyObject>()
  let sealWith = ''
  let lookupKey: KeyObject | undefined
  for (const { id, purpose, wrapped } of rows) {
    let key: KeyObject
    try {
      key = createSecretKey(decrypt(masterKey, wrapped))
    } catch (cause) {
      throw new MashangError('MASTER_KEY does not open this database’s keys', {
        code: 'KEYRING_MASTER',
        fix: 'Set MASTER_KEY to the key this database was made with (by default it lies in DATA_DIR/master.key)',
        cause,
      })
    }
    keys.set(id, key)
    if (purpose === 'seal') sealWith = id
    else lookupKey = key
  }

  // The key's id goes before what is sealed, so that keys can be replaced one record at a time.
  const sealBytes = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from(`${sealWith}:`), encrypt(keys.get(sealWith)!, bytes)])
  const openBytes = (sealed: Buffer) => {
    const colon = sealed.indexOf(':')
    const key = keys.get(sealed.subarray(0, colon).toString())
    if (!key) throw new MashangError('sealed with a key this database does not hold', { code: 'KEYRING_UNKNOWN_KEY' })
    return decrypt(key, sealed.subarray(colon + 1))
  }

  return {
    sealBytes,
    openBytes,
    seal: (text) => sealBytes(Buffer.from(text)),
    open: (sealed) => openBytes(sealed).toString(),
    lookupHash: (text) => createHmac('sha256', lookupKey!).update(text).digest(),
  }
}
