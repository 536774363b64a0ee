export { startEmbeddedPostgres, type EmbeddedPostgres, type StartOptions } from './start.ts'
export { findEmbeddedPostgres, type EmbeddedPostgresConnection, type SuperuserConfig } from './running.ts'
