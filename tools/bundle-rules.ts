/** One process, its bundle, and what that must not carry. */
export interface BundleRule {
  /** The command as bin/birddog knows it, or what several share; the bundle is dist/COMMAND.js. */
  readonly command: string;
  /** The command that runs it, where it has another name. */
  readonly runBy?: string;
  readonly entry: string;
  /** Packages, and folders with a slash behind them, that must not be in it. */
  readonly without: readonly string[];
  /** The most direct runtime dependencies it may load. */
  readonly mostDependencies?: number;
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
    mostDependencies: 8,
  },
  {
    command: 'init',
    entry: 'src/init/index.ts',
    without: ['src/main/', 'src/sidecar/', 'src/datadog/', 'src/catalogs/', 'src/pipeline/', 'src/ledger/'],
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
      'src/datadog/',
      'src/catalogs/',
      'src/http/',
      'src/health/',
      'src/ledger/',
    ],
  },
];

/** In no bundle: emulators would answer for Datadog, and the rest is not made for the pod. */
const NEVER = ['emulators/', 'test/', 'tools/', 'bench/'];

/**
 * What is wrong with a bundle, a sentence each. `modules` are the paths of what went into it, from the top of
 * the repository; `imports` what it still loads from outside; `dependencies` the direct runtime dependencies.
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
    .map((name) => `loads ${name} at run time, where no node_modules is`);
  const many =
    loaded.length > (rule.mostDependencies ?? Infinity)
      ? [
          `loads ${loaded.length} direct dependencies (${loaded.join(' ')}); ${rule.mostDependencies} is the most`,
        ]
      : [];
  return [...faults, ...tests, ...outside, ...many].map((fault) => `dist/${rule.command}.js ${fault}`);
}

const PACKAGES = 'node_modules/';

/** The package a module is of, or its folders from the top: `src/main/app.ts` is of `src/` and `src/main/`. */
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
