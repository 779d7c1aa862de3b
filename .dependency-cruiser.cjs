// The layers of docs/architecture.md: a layer imports only what stands below it.

/** From top to bottom. */
const layers = [
  { name: 'examples', path: '^examples/' },
  { name: 'cli', path: '^src/cli/' },
  { name: 'public-face', path: '^src/index[.]ts$' },
  { name: 'composition', path: '^src/composition/' },
  { name: 'actors-and-bus', path: '^src/core/(actors|bus)/' },
  { name: 'node', path: '^src/core/node/' },
  { name: 'routing', path: '^src/core/routing/' },
  { name: 'link', path: '^src/core/link/' },
  { name: 'tracks', path: '^src/core/tracks/' },
  { name: 'contracts', path: '^src/core/contracts/' },
]

const layerRules = layers.slice(1).map(({ name, path }, index) => ({
  name: `layer-${name}`,
  comment: 'A layer imports only what stands below it.',
  severity: 'error',
  from: { path },
  to: { path: layers.slice(0, index + 1).map(higher => higher.path) },
}))

/** What several transports are made of, and is none itself. */
const sharedFolders = 'segment|socket'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'core-knows-no-plug-in',
      comment: 'Core reaches transports, codecs and native code only through core/contracts.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(transports|codecs|native|composition|cli)/' },
    },
    {
      name: 'plug-ins-know-contracts-only',
      comment: 'A plug-in knows core/contracts and nothing else of core, nor what is above core.',
      severity: 'error',
      from: { path: '^src/(codecs|transports|native)/' },
      to: { path: '^src/', pathNot: '^src/(core/contracts|codecs|transports|native)/' },
    },
    {
      name: 'codecs-and-native-know-no-plug-in',
      comment: 'Codecs and native declarations stand for themselves.',
      severity: 'error',
      from: { path: '^src/(codecs|native)/' },
      to: { path: '^src/(codecs|transports|native)/', pathNot: '^src/$1/' },
    },
    {
      name: 'transports-know-no-codec',
      comment: 'A transport carries bytes; what they mean is the link’s business.',
      severity: 'error',
      from: { path: '^src/transports/' },
      to: { path: '^src/codecs/' },
    },
    {
      name: 'transports-are-islands',
      comment: 'A transport imports no other one: what several share has a folder that is none.',
      severity: 'error',
      from: { path: '^src/transports/([^/]+)/' },
      to: { path: '^src/transports/', pathNot: `^src/transports/($1|${sharedFolders})/` },
    },
    {
      name: 'shared-folders-know-no-transport',
      comment: 'What transports share is made of nothing that only one of them has.',
      severity: 'error',
      from: { path: `^src/transports/(${sharedFolders})/` },
      to: { path: '^src/transports/', pathNot: '^src/transports/$1/' },
    },
    {
      name: 'testing-is-for-tests',
      comment: 'The test kit may use everything but the command; nothing of the product uses it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/testing/' },
      to: { path: '^src/testing/' },
    },
    {
      name: 'testing-knows-no-command',
      comment: 'The test kit may use everything but the command.',
      severity: 'error',
      from: { path: '^src/testing/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'sources-stand-alone',
      comment: 'What is published imports nothing of the project around it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(examples|test|tools|scripts|bench|dist)/' },
    },
    {
      name: 'examples-use-the-public-face',
      comment: 'An example imports signalbox by its name (which tsconfig.json maps), as its readers will.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|dist|test|tools|scripts)/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'programs-run-the-build',
      comment: 'A peer or a bench runs the build: a source it imports by path would be a second copy of it.',
      severity: 'error',
      from: { path: '^(test/peers|bench)/' },
      to: { path: '^(src|dist)/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'no-cycles',
      comment: 'Of two modules that need each other, neither can be read alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'dependencies-are-declared',
      comment: 'What is published imports only what its users get with it.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional'] },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that resolves to nothing hides from every other rule.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^(node_modules|dist)/' },
    exclude: { path: '^([.]cache|coverage|test/fixtures)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // Imports of types count: a layer that names a type of a higher one depends on it.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
