import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBundles } from './build.ts';
import { PACKAGE_BUNDLES } from './bundle-rules.ts';

/** The oldest Node.js that has every module and function that the CLI uses and src/cli/polyfills.ts does not add. */
const NODE = '>=20.12';
const FOLDER = 'dist/npm';
/** What package.json of the repository and of the npm package have in common. */
const COMMON = ['name', 'version', 'description', 'license', 'type', 'files'];

/** Builds the bundles of the npm package, and replaces package.json with that of the npm package until `postpack`. */
async function prepack(root: string): Promise<void> {
  postpack(root);
  const modules = await writeBundles(root, FOLDER, PACKAGE_BUNDLES, console.error, 'node20');
  writeFileSync(join(root, FOLDER, 'licences.txt'), licences(root, modules));
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  writeFileSync(saved(root), text);
  writeFileSync(join(root, 'package.json'), packageJson(text));
}

/** Restores the repository's package.json, if `prepack` replaced it. */
function postpack(root: string): void {
  if (existsSync(saved(root))) renameSync(saved(root), join(root, 'package.json'));
}

const saved = (root: string) => join(root, 'dist/package.json.saved');

/** Returns the licences of the packages that these modules come from. Throws Error if a package has no licence file. */
function licences(root: string, modules: readonly string[]): string {
  const folders = modules.flatMap(
    (path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? [],
  );
  const texts = [...new Set(folders)].sort().map((folder) => {
    const file = readdirSync(join(root, folder)).find((name) => /^licen[cs]e/i.test(name));
    if (file === undefined) throw new Error(`${folder} has no licence file`);
    const name = folder.replace(/^.*\bnode_modules\//, '');
    return `${name}\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** Returns package.json of the npm package: not private, without dependencies (the bundles contain them), without scripts. */
function packageJson(text: string): string {
  const all: Record<string, unknown> = JSON.parse(text);
  const common = Object.fromEntries(COMMON.map((name) => [name, all[name]]));
  const own = { ...common, bin: { birddog: `${FOLDER}/birddog.js` }, engines: { node: NODE } };
  return `${JSON.stringify(own, null, 2)}\n`;
}

const root = join(import.meta.dirname, '..');
if (process.argv[2] === 'prepack') await prepack(root);
else postpack(root);
