import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { MashangError } from '#base'
import type { City, Settings } from '#config'
import { createReader } from '#understanding'
import type { Model, Reader } from '#understanding'
import { loadModel } from './model-file.ts'

export interface ClassifyOptions {
  /** First levels or paths; the answer is one of these. */
  topics?: readonly string[] | undefined
  model?: Model | null
}

/** The city's reader with the model in use, choosing among `topics` only where they are named. */
export function readerOf(city: City, settings: Settings, { topics, model }: ClassifyOptions = {}): Reader {
  for (const topic of topics ?? []) {
    if (!city.topics.includes(topic)) {
      throw new MashangError(`${topic} is no topic of ${city.name}`, {
        code: 'CLASSIFY_TOPIC',
        fix: `--topics takes paths of the city's topics.csv, parted by commas, such as ${city.topics[0]}`,
      })
    }
  }
  const used = model === undefined ? loadModel(settings.dataDir) : model
  return createReader({
    gazetteer: city.regions,
    topicWords: city.topicWords,
    topics: topics && topics.length > 0 ? topics : city.topics,
    people: city.people.filter(({ role }) => role === 'deputy'),
    model: used ?? undefined,
  })
}

/** One line of JSONL with what was understood of it added. */
export function classifyLine(reader: Reader, line: string, number: number): string {
  let given: unknown
  try {
    given = JSON.parse(line)
  } catch (cause) {
    throw fault(number, 'is not JSON', cause)
  }
  if (typeof given !== 'object' || given === null || typeof (given as { text?: unknown }).text !== 'string')
    throw fault(number, 'has no "text"')
  const { text, setting } = given as { text: string; setting?: unknown }
  if (setting !== undefined && setting !== 'private' && setting !== 'group')
    throw fault(number, `has the setting ${JSON.stringify(setting)}; it is private or group`)
  const reading = reader.read(text, setting === undefined ? {} : { setting })
  return JSON.stringify({
    ...given,
    kind: reading.kind,
    topic: reading.topic,
    topic_confidence: reading.topicConfidence,
    place: reading.place?.text ?? null,
    place_known: reading.place !== null && reading.place.code !== null,
    urgency: reading.urgency,
  })
}

/** `file`: a path, or undefined for standard input. */
export async function classify(
  reader: Reader,
  file: string | undefined,
  write: (line: string) => Promise<void> | void,
): Promise<number> {
  const lines = createInterface({
    input: file === undefined ? process.stdin : createReadStream(file),
    crlfDelay: Infinity,
  })
  let number = 0
  for await (const line of lines) {
    number++
    // A byte order mark is what spreadsheets begin a file with.
    const plain = number === 1 ? line.replace(/^\uFEFF/, '') : line
    if (plain.trim() !== '') await write(classifyLine(reader, plain, number))
  }
  return number
}

const fault = (number: number, why: string, cause?: unknown): MashangError =>
  new MashangError(`line ${number} ${why}`, {
    code: 'CLASSIFY_LINE',
    fix: 'Give one JSON object a line with "text", such as {"text":"路灯坏了"}',
    cause,
  })
