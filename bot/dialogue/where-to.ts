import type { Directory } from '#config'
import type { Reading } from '#understanding'

/** Of several places of one name the only one around where the code was scanned, if there is one. */
export function placeOf(reading: Reading | null, around: string | null, directory: Directory): Reading['place'] {
  const place = reading?.place ?? null
  if (place?.among === undefined || around === null) return place
  for (const region of directory.ancestors(around)) {
    const inside = place.among.filter((code) => directory.ancestors(code).includes(region))
    if (inside.length === 1) return { text: place.text, code: inside[0]! }
    if (inside.length > 1) return place
  }
  return place
}
