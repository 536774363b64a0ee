import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSeal } from '../../wechaty/seal.ts'
import { openSpool } from '../../wechaty/spool.ts'
import type { Spool } from '../../wechaty/spool.ts'
import { blocked } from './stage.ts'

let folder: string
let unreadable: number
let spool: Spool<string>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mashang-spool-'))
  unreadable = 0
  spool = await open()
  await spool.put('first')
  await spool.put('second')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => openSpool<string>(folder, createSeal('a secret', 'heard'), () => (unreadable += 1))
const oldestFile = () => join(folder, readdirSync(folder).sort()[0]!)

it('one that can’t be read just now keeps its turn', async () => {
  const free = blocked(oldestFile())
  await expect(spool.oldest()).rejects.toMatchObject({ code: 'EISDIR' })
  free()
  expect((await spool.oldest())?.value).toBe('first')
  expect(unreadable).toBe(0)
})

it('one whose content is bad, or that is gone, makes room for the next', async () => {
  await spool.put('third')
  writeFileSync(oldestFile(), 'as long as a sealed one, and not sealed by us at all')
  expect((await spool.oldest())?.value).toBe('second')
  expect(readdirSync(join(folder, 'aside'))).toHaveLength(1)
  rmSync(oldestFile())
  expect((await spool.oldest())?.value).toBe('third')
  expect([unreadable, spool.size()]).toEqual([2, 1])
})

it('what lies aside is never overwritten, also after a restart with nothing left to wait', async () => {
  const putAside = async () => spool.setAside((await spool.oldest())!.name)
  const aside = () =>
    readdirSync(join(folder, 'aside')).map((name) => String(readFileSync(join(folder, 'aside', name))))
  await putAside()
  await putAside()
  const before = aside()
  spool = await open()
  await spool.put('third')
  await spool.put('fourth')
  await putAside()
  await putAside()
  expect(aside()).toHaveLength(4)
  expect(aside()).toEqual(expect.arrayContaining(before))
})
