/** Something that must not be. `broken` is neither lost, doubled nor out of order: a chain, a process that fell over. */
export interface Finding {
  sort: 'lost' | 'doubled' | 'misordered' | 'broken'
  what: string
}
