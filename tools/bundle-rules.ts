/** The bundle of one process, and what it must not contain. */
export interface BundleRule {
  /** The name of the bundle dist/COMMAND.js: a command of bin/birddog, or the bundle that several commands share. */
  readonly command: string;
  /** The command that runs the bundle, if it differs. */
  readonly runBy?: string;
  readonly entry: string;
  /** Packages, and folders with a trailing slash, that must not be in the bundle. */
  readonly without: readonly string[];
  /** The maximum number of direct runtime dependencies. */
  readonly maxDependencies?: number;
}

/** The bundles of the image. */
export const BUNDLES: readonly BundleRule[] = [
  {
    command: 'serve',
    entry: 'src/main/index.ts',
    without: ['@peculiar/x509', 'src/sidecar/', 'src/init/'],
  },
  {
    command: 'sidecar',
    entry: 'src/sidecar/index.ts',
    without: ['@peculiar/x509', 'cockatiel', 'jose', 'src/auth/', 'src/catalogs/', 'src/main/', 'src/init/'],
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
  {
    command: 'cli',
    runBy: 'lint',
    entry: 'src/cli/index.ts',
    without: [
      '@peculiar/x509',
      'cockatiel',
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
  },
];

/** Folders that no bundle may contain: emulators would answer instead of Datadog, and the others are not meant for the pod. */
const NEVER = ['emulators/', 'test/', 'tools/', 'bench/'];

/**
 * Returns a sentence for each fault of a bundle. `modules` are the repository paths of its modules, `imports` what it
 * still loads at run time, `dependencies` the direct runtime dependencies of the repository.
 */
export function bundleFaults(
  rule: BundleRule,
  modules: readonly string[],
  imports: readonly string[],
  dependencies: readonly string[],
): string[] {
  const parts = new Set(modules.flatMap((path) => partsOf(path)));
  const loaded = dependencies.filter((name) => parts.has(name));
  const faults = [...rule.without, ...NEVER]
    .filter((part) => parts.has(part))
    .map((part) => `holds ${part}, which does not belong there`);
  const tests = modules.filter((path) => path.endsWith('.test.ts')).map((path) => `holds the test ${path}`);
  const outside = imports
    .filter((name) => !name.startsWith('node:'))
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
