export { startEmbeddedPostgres, type EmbeddedPostgres } from './start.ts'
export { findEmbeddedPostgres, type EmbeddedPostgresConnection, type SuperuserConfig } from './running.ts'
