import { load } from './library/load.ts'

/**
 * The part of wechaty 1.20 that we use, in our own words: the library is installed only where its channel is on, so
 * nothing here may need it to be read. test/wechaty/library.test.ts holds these shapes to the real ones.
 */
export interface FileBox {
  mediaType?: string
  /** Bytes, where it is known beforehand. */
  size?: number
  toBuffer(): Promise<Buffer>
}

export interface Contact {
  id: string
  name(): string
  /** 0 unknown, 1 a person, 2 an official account, 3 a company. */
  type(): number
  /** Some puppets don't know. */
  friend(): boolean | undefined | null
  say(what: string | FileBox): Promise<unknown>
}

export interface Room {
  id: string
  topic(): Promise<string>
  alias(contact: Contact): Promise<string | undefined>
  say(what: string | FileBox): Promise<unknown>
}

export interface Message {
  id: string
  type(): number
  text(): string
  self(): boolean
  date(): Date
  talker(): Contact
  room(): Room | undefined
  mentionList(): Promise<Contact[]>
  toFileBox(): Promise<FileBox>
  toLocation(): Promise<{ payload: { latitude: number; longitude: number; name: string; address: string } }>
  toUrlLink(): Promise<{ payload: { title: string; description?: string; url: string } }>
}

export interface Wechaty {
  on(event: 'login', listener: (user: Contact) => void): unknown
  on(event: 'logout', listener: (user: Contact, reason?: string) => void): unknown
  on(event: 'scan', listener: (link: string, status: number) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  start(): Promise<void>
  stop(): Promise<void>
  init(): Promise<void>
  isLoggedIn: boolean
  currentUser: Contact
  puppet: {
    on(event: 'message', listener: (payload: { messageId: string }) => void): unknown
    /** Whether it runs, or is about to. */
    state: { active(): boolean | 'pending' }
  }
  /** `Type` holds names by number, as `Type[7] === 'Text'`. */
  Message: { find(query: { id: string }): Promise<Message | undefined>; Type: Record<number, string> }
  Contact: { find(query: { id: string }): Promise<Contact | undefined> }
  Room: { find(query: { id: string }): Promise<Room | undefined> }
}

export interface Library {
  wechaty: Wechaty
  /** A file to send; in base64, which every puppet can carry to another process. */
  fileBox(base64: string, name: string): FileBox
}

/**
 * Loads the library (about a second, 130 MB) and makes one account of it. `puppet`: a package's name, or one already
 * made. Its session is kept in a file under the working directory.
 */
export async function openLibrary(puppet: unknown, puppetOptions: object): Promise<Library> {
  const { WechatyBuilder } = (await load('wechaty')) as { WechatyBuilder: { build(options: object): Wechaty } }
  const { FileBox: boxes } = (await load('file-box')) as {
    FileBox: { fromBase64(base64: string, name: string): FileBox }
  }
  const named = typeof puppet === 'string' ? { name: 'account', puppetOptions } : {}
  const wechaty = WechatyBuilder.build({ ...named, puppet })
  return { wechaty, fileBox: (base64, name) => boxes.fromBase64(base64, name) }
}
