// Who may import what. Each comment is a sentence of docs/architecture.md; scripts/architecture.test.ts plants a
// violation of each rule and sees it caught.
const { globSync, readFileSync } = require('node:fs')

const test = '\\.(test|fixture)\\.ts$'
const composition = '^services/[^/]+/src/(service|main)\\.ts$'

// What a file of a service is, its declarations say: `export const caseFile = aggregate(…`.
const files = globSync('services/*/src/**/*.ts').map((path) => ({ path, text: readFileSync(path, 'utf8') }))
const declares =
  (pattern) =>
  ({ text }) =>
    new RegExp(`^export const \\w+ = (${pattern})\\(`, 'm').test(text)
const pattern = (some) => `^(${some.map(({ path }) => path.replaceAll('.', '\\.')).join('|') || '$'})$`
const isAggregate = declares('aggregate')
const isReadModel = declares('record|projection|query')

const aggregates = pattern(files.filter(isAggregate))
const readModels = pattern(files.filter(isReadModel))
/** What one folder of a service may use of another: not what answers an operation. */
const usable = pattern(files.filter((file) => !declares('\\w+\\.command|record|query')(file) || isAggregate(file)))

/** Of the workspace, a package knows only these. */
const knowsOnly = (name, allowed, comment) => ({
  name: `${name}-knows-${allowed.join('-and-') || 'nobody'}`,
  severity: 'error',
  comment,
  from: { path: `^packages/${name}/`, pathNot: test },
  to: {
    path: '^(packages|contracts|services|scripts)/',
    pathNot: [name, ...allowed].map((one) => (one === 'contracts' ? '^contracts/' : `^packages/${one}/`)),
  },
})

const sliceFile =
  'A slice file knows `slice`, the contracts, its own folder, the words of its service that stand beside the folders, and, for what it needs, another aggregate or projection of the same service, but none of its operations.'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'slice-knows-contract-types',
      severity: 'error',
      comment: '`slice` knows contract types, the checks of code lists, and nothing that runs.',
      from: { path: '^packages/slice/', pathNot: test },
      to: {
        pathNot: ['^packages/slice/', '^contracts/(generated|codes)/', '/sql-template-tag/', '^(crypto|net|zlib)$'],
      },
    },
    {
      name: 'slice-knows-contract-types-not-values',
      severity: 'error',
      comment: '`slice` knows contract types, the checks of code lists, and nothing that runs.',
      from: { path: '^packages/slice/', pathNot: test },
      to: { path: '^contracts/(?!codes/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'a-slice-knows-its-own',
      severity: 'error',
      comment: sliceFile,
      from: { path: '^services/([^/]+)/src/([^/]+)/', pathNot: test },
      to: {
        pathNot: [
          '^packages/slice/',
          '^contracts/',
          '^services/$1/src/$2/',
          '^services/$1/src/(?!service)[^/]+\\.ts$',
          usable,
        ],
      },
    },
    {
      name: 'the-words-of-a-service-know-contracts',
      severity: 'error',
      comment: sliceFile,
      from: { path: '^services/([^/]+)/src/[^/]+\\.ts$', pathNot: [test, composition] },
      to: { pathNot: ['^packages/slice/', '^contracts/', '^services/$1/src/(?!service)[^/]+\\.ts$'] },
    },
    {
      name: 'a-read-model-knows-no-aggregate',
      severity: 'error',
      comment: 'A read model learns from events, never from the aggregate that recorded them.',
      from: { path: readModels, pathNot: aggregates },
      to: { path: aggregates },
    },
    {
      name: 'service-ts-knows-slices-and-host',
      severity: 'error',
      comment:
        '`service.ts` knows its slices, `slice` and `service-host`; `main.ts` knows `service.ts` and `service-host`.',
      from: { path: composition },
      to: { pathNot: ['^services/', '^packages/(slice|service-host)/'] },
    },
    {
      name: 'services-meet-only-in-contracts',
      severity: 'error',
      comment: 'A service never knows another service: it follows events and answers operations of the contract.',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    knowsOnly('event-store', ['slice'], '`event-store` and `evidence` know `slice` at most.'),
    knowsOnly('evidence', ['slice'], '`event-store` and `evidence` know `slice` at most.'),
    knowsOnly('embedded-postgres', [], '`embedded-postgres` knows nobody.'),
    knowsOnly('embedded-kafka', [], '`embedded-kafka` knows nobody.'),
    knowsOnly(
      'feed',
      ['slice', 'event-store', 'contracts'],
      '`feed` knows `slice`, the port of `event-store` and the names in the contracts.',
    ),
    knowsOnly('docs-site', [], '`docs-site` knows nobody: the host hands it the contract.'),
    knowsOnly('vault', ['slice', 'evidence'], '`vault` knows `slice` and `evidence`.'),
    {
      name: 'sdk-knows-contract-types',
      severity: 'error',
      comment: '`sdk` knows the types of the contract and `openapi-fetch`, and nothing of Node.',
      from: { path: '^packages/sdk/src/', pathNot: test },
      to: { pathNot: ['^packages/sdk/src/', '^contracts/generated/client\\.ts$', '/openapi-fetch/'] },
    },
    {
      name: 'packages-know-no-service',
      severity: 'error',
      comment: 'No package knows a service.',
      from: { path: '^packages/' },
      to: { path: '^services/' },
    },
    {
      name: 'contracts-know-nobody',
      severity: 'error',
      comment: 'The contracts know nobody.',
      from: { path: '^contracts/' },
      to: { path: '^(packages|services|scripts)/' },
    },
    {
      name: 'hashes-for-api-keys-only',
      severity: 'error',
      comment: 'Within `slice` only `api-key.ts` uses Node: a hash, a checksum and what an address is.',
      from: { path: '^packages/slice/', pathNot: ['/api-key\\.ts$', test] },
      to: { path: '^(crypto|net|zlib)$' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'There are no cycles among what runs; types may know each other.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      comment: 'Every import leads somewhere, or the other rules would not see it.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    exclude: { path: '^packages/sdk/dist/' },
    doNotFollow: { path: ['node_modules', '^contracts/generated/'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json', '.d.ts'],
    },
  },
}
