import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ended, ROOT } from './birddog-command.ts';

const FOLDERS = process.env['PATH']?.split(delimiter) ?? [];
/** The folder with the Node.js 20 on the PATH, if it has one. */
export const NODE_20 = FOLDERS.find((folder) => majorOf(join(folder, 'node')) === 20);
/** The folder with the Node.js that runs the tests. */
export const NODE_24 = dirname(process.execPath);
/** Options of a test that needs Node.js 20. */
export const ON_NODE_20 = NODE_20 === undefined ? { skip: 'Node.js 20 is not on the PATH' } : {};

/** What `npm ci && npm pack` and tests of the package need of a checkout. */
const CHECKOUT = [
  'package.json',
  'README.md',
  'NOTICE',
  'docs/schema.json',
  'integrations',
  'src',
  'tools',
  'bin',
  'test',
];

/** Copies the checkout into a new folder of `work`, as a clone after `npm ci`. Returns its path. */
export function freshCheckout(work: string): string {
  const checkout = join(work, 'checkout');
  for (const path of CHECKOUT) cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

type Env = Readonly<Record<string, string | undefined>>;

/** The npm package, packed from a checkout and installed. */
export interface InstalledPackage {
  /** A temporary folder, which is the HOME of npm and contains everything else. */
  readonly work: string;
  readonly checkout: string;
  readonly tarball: string;
  /** The folder with the installed command. */
  readonly bin: string;
  /** Runs the installed command in a folder, with the Node.js in the folder `node`. */
  run(folder: string, node: string | undefined, args: readonly string[], env?: Env): ReturnType<typeof ended>;
  remove(): void;
}

/** Packs the package in a copy of the checkout, and installs it, without network. */
export async function installPackage(): Promise<InstalledPackage> {
  const work = mkdtempSync(join(tmpdir(), 'birddog-package-'));
  const checkout = freshCheckout(work);
  const npm = (cwd: string, ...args: string[]) =>
    promisify(execFile)('npm', args, { cwd, env: npmEnv(work) });
  await npm(checkout, 'pack', '--pack-destination', work);
  const tarball = globSync(join(work, 'birddog-*.tgz'))[0] ?? '';
  await npm(work, 'install', '--global', '--prefix', join(work, 'installed'), tarball);
  const bin = join(work, 'installed/bin');
  return {
    work,
    checkout,
    tarball,
    bin,
    run(folder, node, args, env = {}) {
      const PATH = [node, '/usr/bin', '/bin'].join(delimiter);
      const child = spawn(join(bin, 'birddog'), args, { cwd: folder, env: { PATH, ...env } });
      child.stdin.end();
      return ended(child);
    },
    remove: () => rmSync(work, { recursive: true }),
  };
}

/** Returns the environment of an npm that uses no network, and whose HOME is a folder. */
export function npmEnv(home: string): Env {
  const { PATH } = process.env;
  return { PATH, HOME: home, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
}

/** Returns the major version of a Node.js; undefined if the file is not there. */
function majorOf(node: string): number | undefined {
  try {
    const version = execFileSync(node, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(/^v(\d+)/.exec(version)?.[1]);
  } catch {
    return undefined;
  }
}
