import { setTimeout as pause } from 'node:timers/promises'

/** Polls until the condition gives something truthy; null after `withinMs`. */
export async function within<T>(
  withinMs: number,
  condition: () => T | Promise<T>,
  everyMs = 50,
): Promise<NonNullable<T> | null> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (performance.now() > deadline) return null
    await pause(everyMs)
  }
}
