import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { join } from 'node:path'
import type { Command } from 'commander'
import { MashangError } from '#base'
import { Model } from '#understanding'
import { classify, readerOf } from './classify.ts'
import { evaluate, evaluationText } from './evaluate.ts'
import { evaluationPage } from './evaluation-page.ts'
import { readLabelled } from './labelled-file.ts'
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

/** `classify`, `evaluate` and `train`: they read files only, and touch neither the ledger nor a running start. */
export function registerUnderstanding(program: Command, prepare: () => Preflight): void {
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
    .requiredOption('--data <file>', 'JSONL or CSV with text and any of topic, kind, place, urgency, setting')
    .option('--topics <list>', 'choose among these topics only, parted by commas', listed)
    .option('--html <file>', 'where the page goes', 'evaluation.html')
    .option('--json', 'one line of JSON, the last on standard output')
    .action(({ data, topics, html, json }: { data: string; topics?: string[]; html: string; json?: boolean }) => {
      const { city, settings } = prepare()
      if (!existsSync(data)) throw noFile(data)
      const model = loadModel(settings.dataDir)
      const evaluation = evaluate(readerOf(city, settings, { topics, model }), readLabelled(data))
      const version = model?.header.version ?? '仅规则'
      writeFileSync(html, evaluationPage(evaluation, { title: `${city.name}：理解评测`, model: version }))
      if (json) console.log(JSON.stringify({ model: version, ...evaluation }))
      else console.log(`model ${version}\n${evaluationText(evaluation)}\n${resolve(html)}`)
    })

  program
    .command('train')
    .description('learn from corrections and use the new model unless it does worse; or --base, or --rollback')
    .option('--corrections <file>', 'JSONL or CSV with text and the right topic, kind')
    .option('--held-out <file>', 'what both are compared on', join(corpusFolder, 'held-out.jsonl'))
    .option('--letters <folder>', 'with --base: where labelled.jsonl lies', join(home, '..', 'shared', 'data'))
    .option('--base', 'rebuild the shipped model')
    .option('--rollback', 'go back to the model before')
    .action(
      (options: { corrections?: string; heldOut: string; letters: string; base?: boolean; rollback?: boolean }) => {
        if (options.base) {
          if (!existsSync(join(options.letters, 'labelled.jsonl'))) {
            console.log(`no letters in ${options.letters}: the model is built from the corpus alone`)
          }
          const trained = trainBase(options.letters)
          writeFileSync(basePath, trained.bytes)
          return console.log(
            `${Model.read(trained.bytes).header.version}, ${trained.bytes.length} bytes\n${trainingReport(trained)}`,
          )
        }
        const { city, settings } = prepare()
        if (options.rollback) {
          const number = rollBack(settings.dataDir)
          return console.log(number === null ? '已退回随软件提供的模型。' : `已退回第 ${number} 版模型。`)
        }
        if (options.corrections === undefined) {
          throw new MashangError('nothing to learn from', {
            code: 'TRAIN_WHAT',
            fix: 'Give --corrections FILE, --base or --rollback',
          })
        }
        for (const file of [options.corrections, options.heldOut]) if (!existsSync(file)) throw noFile(file)
        const compared = trainCity({ city, settings }, readLabelled(options.corrections), readLabelled(options.heldOut))
        console.log(`before\n${evaluationText(compared.before)}\nafter\n${evaluationText(compared.after)}`)
        console.log(compared.promoted ? `已启用 ${compared.version}：${compared.why}` : `未启用：${compared.why}`)
        if (!compared.promoted) process.exitCode = 1
      },
    )
}

const noFile = (file: string): MashangError =>
  new MashangError(`no file ${file}`, { code: 'FILE_MISSING', fix: 'Check the path' })

/** Waits for a slow reader of our output, so that a long file doesn't pile up in memory. */
function write(line: string): Promise<void> | void {
  if (process.stdout.write(`${line}\n`)) return
  return new Promise((resolve) => process.stdout.once('drain', () => resolve()))
}
