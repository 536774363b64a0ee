import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { MashangError } from '#base'
import { listMedia, readMedia } from '#store'
import type { MediaListed } from '#store'
import { vaultsOf } from './ledger.ts'
import type { WithLedger } from './ledger.ts'

/** `mashang media …`: pictures, voices and videos that residents sent. */
export function registerMedia(program: Command, withLedger: WithLedger): void {
  const media = program.command('media').description('pictures, voices and videos that residents sent')

  media
    .command('list')
    .description('newest first')
    .option('--state <state>', 'refused, waiting, fetched or erased', 'refused')
    .option('--json', 'one line of JSON, the last on standard output')
    .action(({ state, json }: { state: string; json?: boolean }) =>
      withLedger(async ({ pool }) => {
        const listed = await listMedia(pool, state, 200)
        if (json) return console.log(JSON.stringify(listed))
        console.log(listed.length === 0 ? '没有。' : listed.map(lineOf).join('\n'))
      }),
    )

  media
    .command('save <id> <file>')
    .description('write one that was fetched to a file, opened')
    .action((id: string, file: string) =>
      withLedger(async ({ pool, keyring }, { settings }) => {
        const kept = /^[0-9a-f-]{36}$/.test(id) ? await readMedia(pool, id) : null
        const vault = vaultsOf(settings).find((each) => each.kept === kept?.kept)
        const sealed = kept?.sha256 && vault ? await vault.get(kept.sha256) : null
        if (!kept || !sealed) {
          throw new MashangError(`there is no content of ${id}`, {
            code: 'MEDIA_MISSING',
            fix: '`mashang media list --state fetched` lists what there is; MEDIA_S3_* must be set if it lies in a bucket',
          })
        }
        await writeFile(file, keyring.openBytes(sealed), { flag: 'wx', mode: 0o600 })
        console.log(`${kept.contentType}  ${kept.bytes} 字节  ${file}`)
      }),
    )
}

function lineOf({ id, type, number, contentType, bytes, code, reason, createdAt }: MediaListed): string {
  const about = number === null ? '-' : `编号 ${number}`
  return [createdAt.toISOString(), id, type, about, contentType ?? '', bytes ?? '', code ?? '', reason ?? ''].join('  ')
}
