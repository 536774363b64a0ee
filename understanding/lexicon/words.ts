/** A word list: separated by white space, so that a list reads as one. */
export function words(text: TemplateStringsArray): string[] {
  return [...new Set(text.join('').split(/\s+/).filter(Boolean))]
}
