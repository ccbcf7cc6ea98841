import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DEPLOY } from './rendered.ts';

const ROOT = join(DEPLOY, '..');
/** What the launcher calls, as every minimal base has it. */
const PROGRAMS = ['sh', 'readlink', 'dirname', 'id', 'mktemp', 'ln', 'date', 'sleep'];
/** For the tests to look around with. */
const LOOKING = ['ls', 'cat', 'touch'];

/**
 * Lays out the image in `folder`/image, as the Containerfile does: the bundles are built from what it copies, and from
 * nothing else. Below is a base that has a C library, a shell and what the launcher calls.
 */
export function layOutImage(folder: string): string {
  const source = join(folder, 'source');
  const image = join(folder, 'image');
  for (const path of copiedByContainerfile())
    cpSync(join(ROOT, path), join(source, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  execFileSync(process.execPath, ['tools/build.ts'], { cwd: source, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync(join(source, 'deploy/lay-out.sh'), [image]);
  return image;
}

/** Puts the programs of a minimal base below an image. */
export function addBase(image: string): void {
  for (const program of [...PROGRAMS, ...LOOKING]) {
    copyInto(image, `/usr/bin/${program}`, join('/usr/bin', program));
    for (const library of librariesOf(join('/usr/bin', program))) copyInto(image, library, library);
  }
  // Of what Node.js needs, the base has the C library alone.
  for (const library of librariesOf(process.execPath))
    if (!/lib(stdc\+\+|gcc_s)\./.test(library)) copyInto(image, library, library);
  symlinkSync('usr/bin', join(image, 'bin'));
}

function copyInto(image: string, path: string, from: string): void {
  const to = join(image, path);
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
}

function librariesOf(program: string): string[] {
  const listed = execFileSync('ldd', [realpathSync(program)], { encoding: 'utf8' });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}

/** What the first stage of the Containerfile copies from the checkout. */
export function copiedByContainerfile(): string[] {
  const [first = ''] = readFileSync(join(DEPLOY, 'Containerfile'), 'utf8').split('\nFROM ${RUN_BASE}');
  return [...first.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
}
