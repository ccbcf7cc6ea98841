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
/** Programs that the launcher calls, which every minimal base contains. */
const PROGRAMS = ['sh', 'readlink', 'dirname', 'id', 'mktemp', 'ln', 'date', 'sleep'];
/** Programs that the tests use to inspect the container. */
const LOOKING = ['ls', 'cat', 'touch'];

/**
 * Creates the content of the image in `folder`/image, as the Containerfile does. Builds the bundles only from the files that it
 * copies, on top of a base with a C library, a shell and the programs that the launcher calls.
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

/** Adds the programs of a minimal base to an image. */
export function addBase(image: string): void {
  for (const program of [...PROGRAMS, ...LOOKING]) {
    copyInto(image, `/usr/bin/${program}`, join('/usr/bin', program));
    for (const library of librariesOf(join('/usr/bin', program))) copyInto(image, library, library);
  }
  // Of the libraries that Node.js needs, the base contains only the C library.
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

/** Returns the files that the first stage of the Containerfile copies from the checkout. */
export function copiedByContainerfile(): string[] {
  const [first = ''] = readFileSync(join(DEPLOY, 'Containerfile'), 'utf8').split('\nFROM ${RUN_BASE}');
  return [...first.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '));
}
