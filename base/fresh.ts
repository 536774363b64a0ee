/** A value that is read again every so often; a failed reading keeps the last one. */
export interface Fresh<T> {
  get(): T
  /** Reads it now. */
  renew(): Promise<void>
  stop(): void
}

/** Reads once before it resolves, then every `everyMs`. Readings never overlap. */
export async function keepFresh<T>(
  load: () => Promise<T>,
  everyMs: number,
  onError: (error: unknown) => void,
): Promise<Fresh<T>> {
  let value: T = await load()
  let reading: Promise<void> | null = null
  const renew = () =>
    (reading ??= load()
      .then((loaded: T) => {
        value = loaded
      })
      .catch(onError)
      .finally(() => {
        reading = null
      }))
  const timer = setInterval(() => void renew(), everyMs)
  return {
    get: () => value,
    renew: async () => {
      // One that began before we were asked may have missed what we were asked for.
      await reading
      await renew()
    },
    stop: () => clearInterval(timer),
  }
}
