import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import type pg from 'pg'
import { MashangError } from '#base'
import type { City } from '#config'
import { readCorrections } from '#store'
import { Model } from '#understanding'
import { classify, readerOf } from './classify.ts'
import { evaluate, evaluationText } from './evaluate.ts'
import { evaluationPage } from './evaluation-page.ts'
import { readLabelled, rejectionText } from './labelled-file.ts'
import type { LabelledRow } from './labelled-file.ts'
import type { WithLedger } from './ledger.ts'
import { basePath, corpusFolder, loadModel } from './model-file.ts'
import { home } from './preflight.ts'
import type { Preflight } from './preflight.ts'
import { rollBack, trainCity } from './train.ts'
import { trainBase, trainingReport } from './train-base.ts'

const listed = (text: string): string[] =>
  text
    .split(/[,，]/)
    .map((each) => each.trim())
    .filter(Boolean)

const formats = 'XLSX, CSV or JSONL'

/** `classify`, `evaluate` and `train`: they read files, and beside a running start, for `--from-ledger` alone, the ledger. */
export function registerUnderstanding(program: Command, prepare: () => Preflight, withLedger: WithLedger): void {
  program
    .command('classify [file]')
    .description('what is understood of each line of JSONL ("text", optional "setting": private or group)')
    .option('--topics <list>', 'choose among these topics only, parted by commas', listed)
    .action(async (file: string | undefined, { topics }: { topics?: string[] }) => {
      const { city, settings } = prepare()
      if (file !== undefined && !existsSync(resolve(file))) throw noFile(file)
      const reader = readerOf(city, settings, { topics })
      // `mashang classify … | head` has read enough.
      process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
      await classify(reader, file === undefined ? undefined : resolve(file), write)
    })

  program
    .command('evaluate')
    .description('compare with what is known: precision, recall, coverage at 95 %, calibration; and an HTML page')
    .requiredOption('--data <file>', `${formats} with text and any of topic, kind, place, urgency, setting`)
    .option('--topics <list>', 'choose among these topics only, parted by commas', listed)
    .option('--html <file>', 'where the page goes', 'evaluation.html')
    .option('--rejected <file>', 'where lines go that can’t be used; beside the data unless given')
    .option('--json', 'one line of JSON, the last on standard output')
    .action(async ({ data, topics, html, rejected, json }: EvaluateOptions) => {
      const { city, settings } = prepare()
      const model = loadModel(settings.dataDir)
      const evaluation = evaluate(readerOf(city, settings, { topics, model }), await take(data, city, rejected))
      const version = model?.header.version ?? '仅规则'
      writeFileSync(html, evaluationPage(evaluation, { title: `${city.name}：理解评测`, model: version }))
      if (json) console.log(JSON.stringify({ model: version, ...evaluation }))
      else console.log(`model ${version}\n${evaluationText(evaluation)}\n${resolve(html)}`)
    })

  program
    .command('train')
    .description('learn from corrections and use the new model unless it does worse; or --base, or --rollback')
    .option('--from-ledger', 'what staff set right with `mashang triage correct`')
    .option('--corrections <file>', `${formats} with text and the right topic, kind: past cases, for instance`)
    .option('--rejected <file>', 'where lines go that can’t be used; beside the corrections unless given')
    .option('--held-out <file>', 'what both are compared on', join(corpusFolder, 'held-out.jsonl'))
    .option('--letters <folder>', 'with --base: where labelled.jsonl lies', join(home, '..', 'shared', 'data'))
    .option('--base', 'rebuild the shipped model')
    .option('--rollback', 'go back to the model before')
    .action(async (options: TrainCommand) => {
      if (options.base) return rebuild(options.letters)
      const preflight = prepare()
      if (options.rollback) {
        const number = rollBack(preflight.settings.dataDir)
        return console.log(number === null ? '已退回随软件提供的模型。' : `已退回第 ${number} 版模型。`)
      }
      const { corrections, fromLedger, rejected } = options
      if (corrections === undefined && !fromLedger) {
        throw new MashangError('nothing to learn from', {
          code: 'TRAIN_WHAT',
          fix: 'Give --from-ledger, --corrections FILE, --base or --rollback',
        })
      }
      const held = await take(options.heldOut, preflight.city, undefined)
      const told = corrections === undefined ? [] : await take(corrections, preflight.city, rejected)
      const learnt = fromLedger ? await withLedger(({ pool }) => ledgerCorrections(pool)) : []
      if (fromLedger) console.log(`台账中的更正：${learnt.length} 条`)
      if (told.length + learnt.length === 0) {
        throw new MashangError('staff have corrected no case yet', {
          code: 'TRAIN_WHAT',
          fix: 'Set cases right with `mashang triage correct`, or give --corrections FILE',
        })
      }
      const compared = trainCity(preflight, [...told, ...learnt], held)
      console.log(`before\n${evaluationText(compared.before)}\nafter\n${evaluationText(compared.after)}`)
      console.log(compared.promoted ? `已启用 ${compared.version}：${compared.why}` : `未启用：${compared.why}`)
      if (!compared.promoted) process.exitCode = 1
    })
}

interface EvaluateOptions {
  data: string
  topics?: string[]
  html: string
  rejected?: string
  json?: boolean
}

interface TrainCommand {
  fromLedger?: boolean
  corrections?: string
  rejected?: string
  heldOut: string
  letters: string
  base?: boolean
  rollback?: boolean
}

function rebuild(letters: string): void {
  if (!existsSync(join(letters, 'labelled.jsonl'))) {
    console.log(`no letters in ${letters}: the model is built from the corpus alone`)
  }
  const trained = trainBase(letters)
  writeFileSync(basePath, trained.bytes)
  console.log(`${Model.read(trained.bytes).header.version}, ${trained.bytes.length} bytes\n${trainingReport(trained)}`)
}

/** The rows of a file; what can't be used of it is told, and kept apart. */
async function take(file: string, { topics }: City, rejectedPath: string | undefined): Promise<LabelledRow[]> {
  if (!existsSync(file)) throw noFile(file)
  const { rows, rejected } = await readLabelled(file, {
    topics,
    ...(rejectedPath === undefined ? {} : { rejectedPath }),
  })
  if (rejected.count > 0) {
    for (const rejection of rejected.told) console.error(`mashang: ${rejectionText(rejection)}`)
    console.error(`mashang: ${rows.length} lines taken, ${rejected.count} set apart in ${rejected.path}`)
  }
  return rows
}

async function ledgerCorrections(pool: pg.Pool): Promise<LabelledRow[]> {
  const rows: LabelledRow[] = []
  for await (const { text, topic, kind } of readCorrections(pool)) {
    rows.push({ text, topic, kind, setting: 'private', place: undefined, urgency: null })
  }
  return rows
}

const noFile = (file: string): MashangError =>
  new MashangError(`no file ${file}`, { code: 'FILE_MISSING', fix: 'Check the path' })

/** Waits for a slow reader of our output, so that a long file doesn't pile up in memory. */
function write(line: string): Promise<void> | void {
  if (process.stdout.write(`${line}\n`)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}
