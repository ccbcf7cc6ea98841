import { isBuiltin } from 'node:module';

/** The bundle of one process, and what it must not contain. */
export interface BundleRule {
  /** The name of the bundle dist/COMMAND.js: a command of bin/birddog, or the bundle that several commands share. */
  readonly command: string;
  /** The command that runs the bundle, if it differs. */
  readonly runBy?: string;
  /** Whether other bundles load it when they need it, and no command runs it. */
  readonly loadedLater?: true;
  readonly entry: string;
  /** Packages, and folders with a trailing slash, that must not be in the bundle. */
  readonly without: readonly string[];
  /** The maximum number of direct runtime dependencies. */
  readonly maxDependencies?: number;
}

/** The driver of PostgreSQL, which a process loads only if its ledger is there. */
const POSTGRESQL: BundleRule = {
  command: 'postgresql',
  loadedLater: true,
  entry: 'src/ledger/sql/postgresql.ts',
  without: ['src/main/', 'src/sidecar/', 'src/init/', 'src/serving/', 'src/datadog/', 'src/pipeline/', 'zod'],
};

/** What Node.js 20 lacks, which the npm package loads only there. */
const POLYFILLS: BundleRule = {
  command: 'polyfills',
  loadedLater: true,
  entry: 'src/cli/polyfills.ts',
  without: ['src/domain/', 'src/runtime/'],
};

const CLI: BundleRule = {
  command: 'cli',
  runBy: 'lint',
  entry: 'src/cli/index.ts',
  without: [
    '@peculiar/x509',
    'cockatiel',
    'core-js',
    'jose',
    'prom-client',
    'src/main/',
    'src/sidecar/',
    'src/init/',
    'src/serving/',
    'src/datadog/',
    'src/catalogs/',
    'src/http/',
    'src/health/',
    'src/ledger/',
  ],
};

/** The bundles that others load when they need them: the specifier by the module that is the entry. */
export const LOADED_LATER: ReadonlyMap<string, string> = new Map(
  [POSTGRESQL, POLYFILLS, CLI].map(({ entry, command }) => [entry, `./${command}.js`]),
);

/** Files that a bundle reads when it needs them, beside itself as beside the module. */
export const DATA_FILES: readonly string[] = [
  'src/lint/known/known-metrics.br',
  'src/lint/dashboard/widget-types.txt',
  'src/contract/json-schema/datadog-descriptions.txt',
  'src/packs/host.yaml',
  'src/packs/kubernetes-workload.yaml',
  'src/packs/http-service.yaml',
  'src/packs/rabbitmq.yaml',
  'src/packs/kafka-consumer.yaml',
  'src/packs/postgresql.yaml',
  'src/packs/redis.yaml',
  'src/packs/cron-heartbeat.yaml',
];

/** The bundles of the image. */
export const BUNDLES: readonly BundleRule[] = [
  POSTGRESQL,
  {
    command: 'serve',
    entry: 'src/main/index.ts',
    without: ['@peculiar/x509', 'pg', 'pg-pool', 'src/sidecar/', 'src/init/'],
  },
  {
    command: 'sidecar',
    entry: 'src/sidecar/index.ts',
    without: [
      '@peculiar/x509',
      'cockatiel',
      'jose',
      'pg',
      'pg-pool',
      'src/auth/',
      'src/catalogs/',
      'src/main/',
      'src/init/',
    ],
    maxDependencies: 8,
  },
  {
    command: 'init',
    entry: 'src/init/index.ts',
    without: [
      'src/main/',
      'src/sidecar/',
      'src/serving/',
      'src/datadog/',
      'src/catalogs/',
      'src/pipeline/',
      'src/ledger/',
    ],
  },
  CLI,
];

/** The bundles of the npm package. The first is its command. */
export const PACKAGE_BUNDLES: readonly BundleRule[] = [
  { command: 'birddog', entry: 'src/cli/installed.ts', without: ['core-js', 'src/domain/', 'src/runtime/'] },
  POLYFILLS,
  CLI,
];

/** Optional packages that a dependency would load if its settings asked for it. They are not installed. */
const ABSENT = ['pg-native'];

/** Folders that no bundle may contain: emulators would answer instead of Datadog, and the others are not meant for the pod. */
const NEVER = ['emulators/', 'test/', 'tools/', 'bench/'];

/** What a built bundle contains. */
export interface BuiltBundle {
  /** The repository paths of its modules. */
  readonly modules: readonly string[];
  /** What it still loads when it starts. */
  readonly imports: readonly string[];
  /** What it may load later. */
  readonly dynamicImports: readonly string[];
}

/** Returns a sentence for each fault of a bundle. `dependencies` are the direct runtime dependencies of the repository. */
export function bundleFaults(
  rule: BundleRule,
  { modules, imports, dynamicImports }: BuiltBundle,
  dependencies: readonly string[],
): string[] {
  const parts = new Set(modules.flatMap((path) => partsOf(path)));
  const loaded = dependencies.filter((name) => parts.has(name));
  const faults = [...rule.without, ...NEVER]
    .filter((part) => parts.has(part))
    .map((part) => `holds ${part}, which does not belong there`);
  const tests = modules.filter((path) => path.endsWith('.test.ts')).map((path) => `holds the test ${path}`);
  const later = new Set(LOADED_LATER.values());
  const outside = [...imports, ...dynamicImports.filter((name) => !later.has(name))]
    .filter((name) => !isBuiltin(name) && !ABSENT.includes(name))
    .map((name) => `loads ${name} at run time, but the image has no node_modules`);
  const many =
    loaded.length > (rule.maxDependencies ?? Infinity)
      ? [
          `loads ${loaded.length} direct dependencies (${loaded.join(' ')}); ${rule.maxDependencies} is the maximum`,
        ]
      : [];
  return [...faults, ...tests, ...outside, ...many].map((fault) => `dist/${rule.command}.js ${fault}`);
}

const PACKAGES = 'node_modules/';

/** Returns the package of a module, or its folders from the top: `src/` and `src/main/` for `src/main/app.ts`. */
function partsOf(path: string): string[] {
  const inPackage = path.lastIndexOf(PACKAGES);
  if (inPackage !== -1) {
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(inPackage + PACKAGES.length))?.[0];
    if (name !== undefined) return [name];
  }
  const folders = path.split('/').slice(0, -1);
  return folders.map((_, index) =>
    folders
      .slice(0, index + 1)
      .join('/')
      .concat('/'),
  );
}
