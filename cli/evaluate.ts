import { measure } from '#understanding'
import type { Figures, Judged, Reader } from '#understanding'
import type { LabelledRow } from './labelled-file.ts'

/** What a reader is worth on a file of which the truth is known. A part is null where the file says nothing of it. */
export interface Evaluation {
  topic: Figures | null
  kind: Figures | null
  /** Right or not: is a group's line a matter for somebody? */
  group: Figures | null
  /** Share of places that are as written, or rightly none. */
  place: { count: number; accuracy: number } | null
  emergency: { there: number; found: number; falseAlarms: number; others: number } | null
}

export function evaluate(reader: Reader, rows: readonly LabelledRow[]): Evaluation {
  const topic: Judged[] = []
  const kind: Judged[] = []
  const group: Judged[] = []
  const place = { count: 0, right: 0 }
  const emergency = { there: 0, found: 0, falseAlarms: 0, others: 0 }
  for (const row of rows) {
    const reading = reader.read(row.text, { setting: row.setting })
    if (row.topic !== null) {
      const said = reading.topic?.split('/')[0] ?? 'none'
      topic.push({ truth: row.topic.split('/')[0]!, said, confidence: reading.topicConfidence })
    }
    if (row.kind !== null) {
      const matter = (name: string): string => (name === 'chitchat' ? 'talk' : 'matter')
      if (row.setting === 'group') group.push({ truth: matter(row.kind), said: matter(reading.kind), confidence: 1 })
      else kind.push({ truth: row.kind, said: reading.kind, confidence: 1 })
    }
    if (row.place !== undefined && row.setting === 'private') {
      place.count++
      if ((reading.place?.text ?? null) === row.place) place.right++
    }
    if (row.urgency !== null) {
      const said = reading.urgency === 'emergency'
      if (row.urgency === 'emergency') {
        emergency.there++
        if (said) emergency.found++
      } else {
        emergency.others++
        if (said) emergency.falseAlarms++
      }
    }
  }
  const figures = (judged: Judged[]): Figures | null => (judged.length === 0 ? null : measure(judged))
  return {
    topic: figures(topic),
    kind: figures(kind),
    group: figures(group),
    place: place.count === 0 ? null : { count: place.count, accuracy: place.right / place.count },
    emergency: emergency.there + emergency.others === 0 ? null : emergency,
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** For a terminal. */
export function evaluationText({ topic, kind, group, place, emergency }: Evaluation): string {
  const lines: string[] = []
  for (const [name, figures] of Object.entries({ topic, kind, group })) {
    if (!figures) continue
    lines.push(
      `${name}: ${figures.count} lines, accuracy ${percent(figures.accuracy)}, macro-F1 ${figures.macroF1.toFixed(4)}`,
    )
    if (name === 'topic') {
      lines.push(
        `  sent on at 95 % correct: ${percent(figures.coverage95)}, calibration error ${figures.calibrationError.toFixed(3)}`,
      )
    }
    for (const { name, precision, recall, f1, count } of figures.classes) {
      if (count === 0) continue
      lines.push(
        `  ${f1.toFixed(3)}  precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  ${String(count).padStart(5)}  ${name}`,
      )
    }
  }
  if (place) lines.push(`place: ${place.count} lines, ${percent(place.accuracy)} as written`)
  if (emergency) {
    lines.push(
      `emergencies: ${emergency.found} of ${emergency.there} found, ${emergency.falseAlarms} false alarms in ${emergency.others}`,
    )
  }
  return lines.join('\n')
}
