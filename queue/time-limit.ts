/**
 * Waits for `work` for at most `ms` milliseconds, then rejects with what `onTimeout` makes.
 *
 * BullMQ and its drivers can wait for ever on a server that neither answers nor hangs up. The work itself can't be
 * called back; whatever comes of it later is dropped.
 */
export async function within<T>(ms: number, work: Promise<T>, onTimeout: () => Error): Promise<T> {
  work.catch(() => {})
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(onTimeout()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for `work` for at most `ms` milliseconds; true if it ended, well or badly. */
export async function endedWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const tooLate = new Error('too late')
  try {
    await within(ms, work, () => tooLate)
    return true
  } catch (error) {
    return error !== tooLate
  }
}
