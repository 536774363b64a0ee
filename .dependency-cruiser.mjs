/**
 * Which way imports may point: the rules of the house, checked by test/architecture.test.ts, which also plants
 * a breach of each. Read with swc: dependency-cruiser can't use TypeScript 7, and without a parser it finds no module.
 */
const rooms = 'base|cases|understanding|channels|store|queue|templates|config|simulators|sheets|bot|workers|web|wechaty'
const ours = `^(${rooms}|cli|bench|drills|test|scripts)/|^(cli\\.ts|launch\\.js)$`
const typesOnly = ['type-only']

const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })
const only = (name, comment, from, allowed) =>
  forbid(name, comment, { path: `^(${from})/` }, { path: ours, pathNot: `^($1|${allowed})/` })

export default {
  forbidden: [
    only('base-alone', 'base stands on nothing of ours', 'base', 'base'),
    only('pure-rooms', 'cases and understanding import nothing of ours but base', 'cases|understanding', 'base'),
    forbid(
      'pure-rooms-outside',
      'cases and understanding are pure: no database, no network, no files',
      { path: '^(cases|understanding)/' },
      {
        path: '^(node:)?(fs|net|http|https|http2|tls|dns|dgram|child_process|worker_threads|process|timers)(/|$)|node_modules/(pg|drizzle-orm|bullmq|ioredis|fastify|pino)/',
      },
    ),
    only(
      'words-and-city',
      'templates and config import only base and types',
      'templates|config',
      'base|cases|understanding|config',
    ),
    forbid(
      'words-and-city-types',
      'of cases, understanding and config, templates and config import types only',
      { path: '^(templates|config)/' },
      { path: '^(cases|understanding|config)/', pathNot: '^$1/', dependencyTypesNot: typesOnly },
    ),
    only(
      'servants-apart',
      'channels, store and queue serve and never import one another; what needs two of them is a worker',
      'channels|store|queue',
      'base|cases|understanding',
    ),
    only(
      'simulators-apart',
      'a simulator that shared code with channels would share its mistakes',
      'simulators',
      'base',
    ),
    only('sheets-alone', 'what is printed is drawn from plain words: no city, no ledger', 'sheets', 'base'),
    only(
      'processes-apart',
      'bot, workers and web meet in the ledger and the queue’s payloads, never in code',
      'bot|workers|web',
      'base|cases|understanding|channels|store|queue|templates|config',
    ),
    only(
      'wechaty-apart',
      'the process with the library knows the channel’s wire and nothing of the house',
      'wechaty',
      'base|channels',
    ),
    forbid(
      'cli-by-main',
      'the command line starts processes by their main.ts; what else it uses of workers it runs itself, once',
      { path: '^(cli/|cli\\.ts$)' },
      {
        path: '^(bot|workers|web|wechaty)/',
        pathNot: '/main\\.ts$|^workers/(assign|correct|roots)\\.ts$|^wechaty/switch\\.ts$',
      },
    ),
    forbid(
      'by-the-face',
      'another room is entered by its index.ts (#cases, #store, …)',
      { path: '^([^/]+)', pathNot: '^(test|bench|drills)/' },
      { path: `^(${rooms})/`, pathNot: '^$1/|^[^/]+/index\\.ts$|^(bot|workers|web|wechaty)/' },
    ),
    forbid(
      'by-the-face-inside',
      'so is a room within a room that has one',
      { path: '^([^/]+/[^/]+)', pathNot: '^(test|bench|drills)/' },
      { path: '^((channels|simulators)/[^/]+|store/embedded)/', pathNot: '^$1/|/index\\.ts$' },
    ),
    forbid(
      'launcher-alone',
      'the launcher runs before anything is installed, on a Node that reads no TypeScript',
      { path: '^(launch\\.js$|scripts/)', pathNot: '^scripts/valkey-wasm\\.js$' },
      { path: '\\.ts$|node_modules/' },
    ),
    forbid('no-cycles', 'not even of types', {}, { circular: true }),
    forbid('nothing-missing', 'what is imported is there', {}, { couldNotResolve: true }),
    forbid(
      'declared',
      'what is imported stands in package.json',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    forbid(
      'not-in-production',
      'development packages serve tests and tools only',
      { pathNot: '^(test|bench|drills)/|^[^/]+\\.config\\.ts$|^scripts/valkey-wasm\\.js$' },
      { dependencyTypes: ['npm-dev'], dependencyTypesNot: typesOnly },
    ),
    forbid('no-tests', 'nothing but tests imports tests', { pathNot: '^(test|bench|drills)/' }, { path: '^test/' }),
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(data|coverage|dist|\\.cache)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
}
