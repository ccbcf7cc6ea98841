// Layers of src/ from top to bottom: a folder imports from lower layers, and from its own layer unless a rule below forbids it.
const LAYERS = [
  ['main', 'sidecar', 'init', 'cli'],
  ['serving'],
  ['health', 'http', 'auth', 'contract', 'pipeline', 'packs', 'datadog', 'catalogs', 'ledger'],
  ['runtime'],
  ['lint', 'alerts', 'dashboards', 'preview', 'evaluate', 'language', 'expand', 'format'],
  ['diff'],
  ['domain'],
];
const COMMANDS = 'main|sidecar|init|cli';
const ADAPTERS = 'datadog|catalogs|ledger';
const PURE = 'domain|diff|format|expand|language|lint|alerts|dashboards|preview|evaluate';
const IO_MODULES =
  'child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|os|process|readline|repl|sqlite|timers|tls|worker_threads';
const TESTS = '\\.test\\.ts$';

const layerRules = LAYERS.slice(1).map((folders, index) => ({
  name: `layers-${folders.at(-1)}`,
  comment: 'Imports point to lower layers: move the shared part down, or pass it as a parameter.',
  severity: 'error',
  from: { path: `^src/(${folders.join('|')})/`, pathNot: TESTS },
  to: {
    path: `^src/(${LAYERS.slice(0, index + 1)
      .flat()
      .join('|')})/`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-folders',
      comment: 'Every folder of src/ belongs to a layer: add it to LAYERS.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${LAYERS.flat().join('|')})/` },
      to: {},
    },
    {
      name: 'commands-apart',
      comment: 'Commands do not import each other: each is a separate process.',
      severity: 'error',
      from: { path: `^src/(${COMMANDS})/`, pathNot: TESTS },
      to: { path: `^src/(${COMMANDS})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-apart',
      comment: 'Adapters do not import each other: the command connects them.',
      severity: 'error',
      from: { path: `^src/(${ADAPTERS})/`, pathNot: TESTS },
      to: { path: `^src/(${ADAPTERS})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-know-ports-only',
      comment: 'Adapters import only the ports of the pipeline, which they implement.',
      severity: 'error',
      from: { path: `^src/(${ADAPTERS})/`, pathNot: TESTS },
      to: { path: '^src/(http|contract|pipeline)/', pathNot: '^src/pipeline/ports\\.ts$' },
    },
    {
      name: 'pipeline-is-handed-its-ports',
      comment: 'The pipeline and the contract import neither adapters nor HTTP: the command passes them in.',
      severity: 'error',
      from: { path: '^src/(pipeline|contract)/', pathNot: TESTS },
      to: { path: `^src/(http|${ADAPTERS})/`, pathNot: '^src/ledger/port\\.ts$' },
    },
    {
      name: 'http-knows-no-adapter',
      comment: 'The HTTP code that both servers share does not import adapters.',
      severity: 'error',
      from: { path: '^src/http/', pathNot: TESTS },
      to: { path: `^src/(${ADAPTERS})/` },
    },
    {
      name: 'evaluate-below-preview',
      comment:
        'The evaluation of a monitor does not depend on reports about it, and they do not depend on pictures.',
      severity: 'error',
      from: { path: '^src/(evaluate|preview)/', pathNot: TESTS },
      to: { path: '^src/(preview|dashboards)/', pathNot: '^src/$1/' },
    },
    {
      name: 'pure-without-io',
      comment:
        'Pure folders do no I/O: read outside and pass the value in. The tables of known metrics and of types are part of the program.',
      severity: 'error',
      from: {
        path: `^src/(${PURE})/`,
        pathNot: [TESTS, '^src/lint/(known/known-metrics|dashboard/widget-types)\\.ts$'],
      },
      to: { path: [`^(node:)?(${IO_MODULES})(/|$)`, '^src/runtime/'] },
    },
    {
      name: 'source-stands-alone',
      comment: 'src/ imports nothing from emulators/, test/, tools/ or bench/.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '^(emulators|test|tools|bench)/' },
    },
    {
      name: 'emulators-stand-alone',
      comment: 'Emulators import nothing from src/: shared code would hide shared mistakes.',
      severity: 'error',
      from: { path: '^emulators/', pathNot: TESTS },
      to: { path: '^(src|test|tools|bench)/' },
    },
    {
      name: 'emulators-apart',
      comment: 'Each emulator is a separate program; they share only emulators/server.',
      severity: 'error',
      from: { path: '^emulators/([^/]+)/', pathNot: [TESTS, '^emulators/sandbox/'] },
      to: { path: '^emulators/', pathNot: '^emulators/($1|server)/' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Tests are not imported: move shared code into a file without tests.',
      severity: 'error',
      from: {},
      to: { path: TESTS },
    },
    {
      name: 'source-needs-no-dev-dependency',
      comment: 'Code that runs in the pod imports dependencies, not devDependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    },
    {
      name: 'no-circles',
      comment: 'No import cycles, not even of types: move the part that both need to a lower file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'imports-resolve',
      comment: 'The file or package does not exist.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Without a parser for TypeScript, nothing would be checked and the check would pass.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
