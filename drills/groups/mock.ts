import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { FileBox } from '../../wechaty/library.ts'
import { load } from '../../wechaty/library/load.ts'

/** What of wechaty-puppet-mock the tests use. */
export interface MockContact {
  id: string
  payload: { friend?: boolean }
  say(what: string | FileBox, mentions?: MockContact[]): { to(chat: MockContact | MockRoom): void }
}
export interface MockRoom {
  id: string
}
export interface Mocker {
  createContact(payload: { name: string; id?: string; friend?: boolean; type?: number }): MockContact
  createRoom(payload: { topic: string; memberIdList: string[] }): MockRoom
  login(contact: MockContact): void
  scan(link: string, status?: number): void
  cacheMessagePayload: Map<string, MockPayload>
  MessageMock: { pool: Map<string, unknown>; create(payload: MockPayload): unknown }
}
interface MockPayload {
  id: string
  talkerId: string
  roomId?: string
  listenerId?: string
  text?: string
  type: number
  timestamp: number
  mentionIdList?: string[]
}
export interface MockPuppet {
  emit(event: 'message', payload: { messageId: string }): void
  emit(event: 'error', payload: { data: string }): void
  on(event: 'message', listener: (payload: { messageId: string }) => void): void
  logout(reason?: string): Promise<void>
  reset(reason?: string): Promise<void>
  messageSendText(chat: string, text: string): Promise<void>
  messagePayload(id: string): Promise<MockPayload>
  messageFile(id: string): Promise<FileBox>
}

const root = join(import.meta.dirname, '..', '..')
let installed = false

/** The library isn't among the house's packages: whoever tests it installs it, once for each machine. */
export function installLibrary(): void {
  if (installed) return
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'wechaty.js')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the wechaty library could not be installed (npm ci in wechaty/library): ${stderr}`)
  installed = true
}

/** A platform of our own with a puppet on it. */
export async function mockPlatform(): Promise<{ mocker: Mocker; puppet: MockPuppet }> {
  installLibrary()
  // Read when the library is loaded: it would print what people say.
  process.env['WECHATY_LOG'] = 'silent'
  const { PuppetMock, mock } = (await load('wechaty-puppet-mock')) as {
    PuppetMock: new (options: { mocker: Mocker }) => MockPuppet
    mock: { Mocker: new () => Mocker }
  }
  const mocker = new mock.Mocker()
  return { mocker, puppet: new PuppetMock({ mocker }) }
}

/** One grey dot, as PNG. */
export const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)

/** A picture as somebody would send it. */
export async function picture(bytes: Buffer, name = 'lamp.png'): Promise<FileBox> {
  const { FileBox: boxes } = (await load('file-box')) as {
    FileBox: { fromBase64(text: string, name: string): FileBox }
  }
  return boxes.fromBase64(bytes.toString('base64'), name)
}
