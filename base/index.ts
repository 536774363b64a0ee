export { MashangError, isMashangError, messageOf, type ErrorDetails } from './errors.ts'
export { newId } from './ids.ts'
export { systemClock, type Clock } from './clock.ts'
export { canonicalJson, commit, sha1, sha256 } from './hashes.ts'
