import type { Reader, Reading } from '#understanding'

/**
 * A reader that reads texts before they are asked for. While the ledger looks up who speaks, this process has nothing to
 * do for the batch, and what a text says does not depend on who says it.
 */
export interface EagerReader extends Reader {
  /** Reads these in a moment, once what was sent to the ledger is on its way; they are forgotten by `done`. */
  ahead(texts: readonly string[]): { done(): void }
}

export function readAhead(reader: Reader): EagerReader {
  const known = new Map<string, Reading>()
  return {
    read: (text, options) => (options === undefined ? known.get(text) : undefined) ?? reader.read(text, options),
    ahead(texts) {
      const begun = setImmediate(() => {
        for (const text of texts) {
          try {
            known.set(text, reader.read(text))
          } catch {
            // It fails again when it is asked for, where somebody can say of which message.
          }
        }
      })
      return {
        done() {
          clearImmediate(begun)
          for (const text of texts) known.delete(text)
        },
      }
    },
  }
}
