// Folders of src/ from the top down: a folder imports from lower layers, and from its own where no rule below says otherwise.
const LAYERS = [
  ['main', 'sidecar', 'init', 'cli'],
  ['health', 'http', 'auth', 'contract', 'pipeline', 'datadog', 'catalogs', 'ledger'],
  ['runtime'],
  ['lint', 'alerts', 'preview', 'language', 'format'],
  ['diff'],
  ['domain'],
];
const COMMANDS = 'main|sidecar|init|cli';
const ADAPTERS = 'datadog|catalogs|ledger';
const PURE = 'domain|diff|format|language|lint|alerts|preview';
const IO_MODULES =
  'child_process|cluster|dgram|dns|fs|http|http2|https|inspector|net|os|process|readline|repl|sqlite|timers|tls|worker_threads';
const TESTS = '\\.test\\.ts$';

const layerRules = LAYERS.slice(1).map((folders, index) => ({
  name: `layers-${folders.at(-1)}`,
  comment: 'Imports point down: move the shared part down, or hand the thing in.',
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
      comment: 'A new folder of src/ belongs into a layer: name it in LAYERS.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${LAYERS.flat().join('|')})/` },
      to: {},
    },
    {
      name: 'commands-apart',
      comment: 'Commands do not import each other: each is a process of its own.',
      severity: 'error',
      from: { path: `^src/(${COMMANDS})/`, pathNot: TESTS },
      to: { path: `^src/(${COMMANDS})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-apart',
      comment: 'Adapters do not import each other: the command hands one to the other.',
      severity: 'error',
      from: { path: `^src/(${ADAPTERS})/`, pathNot: TESTS },
      to: { path: `^src/(${ADAPTERS})/`, pathNot: '^src/$1/' },
    },
    {
      name: 'adapters-know-ports-only',
      comment: 'Of the middle layer an adapter knows the ports it fills, and nothing else.',
      severity: 'error',
      from: { path: `^src/(${ADAPTERS})/`, pathNot: TESTS },
      to: { path: '^src/(http|contract|pipeline)/', pathNot: '^src/pipeline/ports\\.ts$' },
    },
    {
      name: 'pipeline-is-handed-its-ports',
      comment: 'The pipeline and the contract know neither adapters nor HTTP: the command hands them in.',
      severity: 'error',
      from: { path: '^src/(pipeline|contract)/', pathNot: TESTS },
      to: { path: `^src/(http|${ADAPTERS})/` },
    },
    {
      name: 'http-knows-no-adapter',
      comment: 'What both servers share does not know what stands behind them.',
      severity: 'error',
      from: { path: '^src/http/', pathNot: TESTS },
      to: { path: `^src/(${ADAPTERS})/` },
    },
    {
      name: 'pure-without-io',
      comment: 'Pure folders do no I/O: read at the edge and hand the value in.',
      severity: 'error',
      from: { path: `^src/(${PURE})/`, pathNot: TESTS },
      to: { path: [`^(node:)?(${IO_MODULES})(/|$)`, '^src/runtime/'] },
    },
    {
      name: 'source-stands-alone',
      comment: 'src/ imports nothing of the emulators, tests, tools or the bench.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { path: '^(emulators|test|tools|bench)/' },
    },
    {
      name: 'emulators-stand-alone',
      comment: 'Emulators import nothing of src/: shared code would share its mistakes.',
      severity: 'error',
      from: { path: '^emulators/', pathNot: TESTS },
      to: { path: '^(src|test|tools|bench)/' },
    },
    {
      name: 'emulators-apart',
      comment: 'Each emulator is a program of its own; emulators/server is their common ground.',
      severity: 'error',
      from: { path: '^emulators/([^/]+)/', pathNot: [TESTS, '^emulators/sandbox/'] },
      to: { path: '^emulators/', pathNot: '^emulators/($1|server)/' },
    },
    {
      name: 'tests-are-not-imported',
      comment: 'Move what is shared out of the test file.',
      severity: 'error',
      from: {},
      to: { path: TESTS },
    },
    {
      name: 'source-needs-no-dev-dependency',
      comment: 'What runs in the pod is a dependency, not a devDependency.',
      severity: 'error',
      from: { path: '^src/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    },
    {
      name: 'no-circles',
      comment: 'No import circle, of types neither: find the part that both need and move it down.',
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
    // The parser is named, because without one for TypeScript nothing would be checked and all be well.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
