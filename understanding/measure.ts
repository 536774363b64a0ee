/** One answer beside the truth. */
export interface Judged {
  truth: string
  said: string
  /** 0..1 */
  confidence: number
}

export interface ClassFigures {
  name: string
  precision: number
  recall: number
  f1: number
  /** How many truly are of it. */
  count: number
}

export interface Figures {
  count: number
  accuracy: number
  macroF1: number
  classes: ClassFigures[]
  /** The largest share, surest first, that is right as often as asked (95 %). */
  coverage95: number
  /** Mean distance between confidence and accuracy, over ten bins of confidence. */
  calibrationError: number
  bins: { from: number; confidence: number; accuracy: number; count: number }[]
  /** `confusion[truth][said]`, in the order of `classes`. */
  confusion: number[][]
}

/** Macro-F1 is over the classes that occur in the truth. */
export function measure(judged: readonly Judged[]): Figures {
  const names = [...new Set(judged.flatMap(({ truth, said }) => [truth, said]))].sort()
  const at = new Map(names.map((name, index) => [name, index]))
  const confusion = names.map(() => names.map(() => 0))
  for (const { truth, said } of judged) confusion[at.get(truth)!]![at.get(said)!]!++
  const classes = names.map((name, index) => {
    const right = confusion[index]![index]!
    const count = confusion[index]!.reduce((sum, each) => sum + each, 0)
    const answered = confusion.reduce((sum, row) => sum + row[index]!, 0)
    const [precision, recall] = [ratio(right, answered), ratio(right, count)]
    return { name, precision, recall, f1: ratio(2 * precision * recall, precision + recall), count }
  })
  const real = classes.filter(({ count }) => count > 0)
  const right = judged.filter(({ truth, said }) => truth === said).length
  const bins = reliability(judged)
  return {
    count: judged.length,
    accuracy: ratio(right, judged.length),
    macroF1: ratio(
      real.reduce((sum, { f1 }) => sum + f1, 0),
      real.length,
    ),
    classes,
    coverage95: coverage(judged, 0.95),
    calibrationError: bins.reduce(
      (sum, bin) => sum + (bin.count / Math.max(1, judged.length)) * Math.abs(bin.confidence - bin.accuracy),
      0,
    ),
    bins,
    confusion,
  }
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/** The largest share, surest first, of which at least `wanted` is right. */
export function coverage(judged: readonly Judged[], wanted: number): number {
  const surest = judged.toSorted((a, b) => b.confidence - a.confidence)
  let [right, best] = [0, 0]
  for (const [at, { truth, said, confidence }] of surest.entries()) {
    if (truth === said) right++
    // A threshold can't part those that are equally sure.
    if (surest[at + 1]?.confidence !== confidence && right / (at + 1) >= wanted) best = at + 1
  }
  return ratio(best, judged.length)
}

function reliability(judged: readonly Judged[]): Figures['bins'] {
  return Array.from({ length: 10 }, (_, bin) => {
    const inside = judged.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === bin)
    return {
      from: bin / 10,
      count: inside.length,
      confidence: ratio(
        inside.reduce((sum, { confidence }) => sum + confidence, 0),
        inside.length,
      ),
      accuracy: ratio(inside.filter(({ truth, said }) => truth === said).length, inside.length),
    }
  })
}
