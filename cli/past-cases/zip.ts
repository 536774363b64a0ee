import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { fromFd } from 'yauzl'
import type { Entry, ZipFile } from 'yauzl'
import { MashangError, messageOf } from '#base'

/** What a workbook may unfold to. One that is honest stays far below; memory is bounded whatever it says. */
const most = { entries: 10_000, bytes: 2 ** 30, ratio: 200, ratioFrom: 2 ** 23 }

export interface Zip {
  has(name: string): boolean
  /** The bytes of one file in it, as they unfold; never more than it declared. */
  read(name: string): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** Throws `LABELLED_FILE` for what is no zip file, and for one that unfolds to more than a workbook does. */
export async function openZip(path: string): Promise<Zip> {
  const file = await open(path)
  try {
    const zip = await promisify<number, { lazyEntries: true; autoClose: false }, ZipFile>(fromFd)(file.fd, {
      lazyEntries: true,
      autoClose: false,
    })
    const entries = await entriesOf(zip)
    return {
      has: (name) => entries.has(name.toLowerCase()),
      async *read(name) {
        const entry = entries.get(name.toLowerCase())
        if (!entry) return
        try {
          yield* (await promisify<Entry, Readable>(zip.openReadStream.bind(zip))(entry)) as AsyncIterable<Buffer>
        } catch (error) {
          throw refused(path, messageOf(error))
        }
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error instanceof MashangError ? error : refused(path, messageOf(error))
  }

  function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
    const entries = new Map<string, Entry>()
    return new Promise((resolve, reject) => {
      zip.on('error', reject)
      zip.on('end', () => resolve(entries))
      zip.on('entry', (entry: Entry) => {
        const { compressedSize, uncompressedSize, fileName } = entry
        const isBomb = uncompressedSize > most.ratioFrom && uncompressedSize > compressedSize * most.ratio
        if (entries.size >= most.entries || uncompressedSize > most.bytes || isBomb) {
          reject(refused(path, 'it unfolds to more than a workbook holds'))
          return
        }
        entries.set(fileName.toLowerCase(), entry)
        zip.readEntry()
      })
      zip.readEntry()
    })
  }
}

function refused(path: string, why: string): MashangError {
  return new MashangError(`${path} can't be used: ${why}`, {
    code: 'LABELLED_FILE',
    fix: 'Open it in a spreadsheet program and save it anew as .xlsx or as CSV',
  })
}
