/** Telephone and identity numbers, also written with spaces or hyphens between. */
const personal = /(?<!\d)(?:\d[ -]?){14,17}[\dXx](?!\d)|(?<!\d)1[3-9](?:[ -]?\d){9}(?!\d)|(?<!\d)0\d{2,3}[ -]?\d{7,8}(?!\d)/g

/** Words without the numbers that tell who said them. */
export function hideNumbers(words: string): string {
  return words.replace(personal, (number) => '＊'.repeat(number.length > 11 ? 6 : 4))
}

/** At most so many characters, with a word on how many are left out. */
export function shorten(words: string, most: number): string {
  const characters = [...words]
  return characters.length <= most ? words : `${characters.slice(0, most).join('')}……（还有 ${characters.length - most} 字）`
}
