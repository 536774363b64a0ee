import type { Desk } from '../desk.ts'

/**
 * The words that greet somebody who came by a QR code or a link (`d-<deputy>`, `s-<station>`), or by none or an unknown
 * one: then `known` is false. `page`: on our own page, which takes words alone.
 */
export function welcomeWords(desk: Desk, scene: string | null, page: boolean): { text: string; known: boolean } {
  const scanned = scene === null ? null : desk.directory.scene(scene)
  if (scanned === null) return { text: desk.say('welcome', { city: desk.city.name, page }), known: false }
  const { deputy, station } = scanned
  const text =
    deputy === null
      ? desk.say('welcome-station', { station: station!.name, place: desk.directory.place(station!.region), page })
      : desk.say('welcome-deputy', {
          deputy: `${desk.directory.person(deputy)}代表`,
          station: station?.name ?? null,
          page,
        })
  return { text, known: true }
}
