import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { BUNDLES, type BundleRule, bundleFaults, DATA_FILES, LOADED_LATER } from './bundle-rules.ts';

/**
 * Builds the bundle of each process in `root`/dist and fills their compile cache. Reports progress to `say`. Throws Error
 * with all faults if a bundle violates its rule or the cache stays empty.
 */
export async function build(root: string, rules: readonly BundleRule[], say: (line: string) => void) {
  await writeBundles(root, 'dist', rules, say);
  primeCompileCache(root, rules, say);
}

/**
 * Writes a bundle for each rule, and the data files, to the empty `folder` of `root`. The bundles contain no syntax that `target`
 * lacks. Returns the paths of their modules in `root`. Throws Error with all faults if a bundle violates its rule.
 */
export async function writeBundles(
  root: string,
  folder: string,
  rules: readonly BundleRule[],
  say: (line: string) => void,
  target = 'esnext',
): Promise<string[]> {
  rmSync(join(root, folder), { recursive: true, force: true });
  const faults: string[] = [];
  const modules: string[] = [];
  for (const rule of rules) {
    const built = await bundle(root, folder, rule, target);
    say(`${folder}/${built.size}`);
    faults.push(...built.faults);
    modules.push(...built.modules);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const file of DATA_FILES) copyFileSync(join(root, file), join(root, folder, basename(file)));
  return modules;
}

async function bundle(root: string, folder: string, rule: BundleRule, target: string) {
  const bundler = await rolldown({
    cwd: root,
    input: rule.entry,
    platform: 'node',
    external: ['pg-native'],
    plugins: [loadLater(root)],
    transform: { target },
  });
  const { output } = await bundler.write({
    file: join(root, folder, `${rule.command}.js`),
    format: 'esm',
    codeSplitting: false,
    // A minified server needs 2 to 5 MB less memory; source maps keep stack traces readable.
    minify: true,
    sourcemap: 'hidden',
  });
  await bundler.close();
  const [chunk] = output;
  const modules = chunk.moduleIds.map((id) => relative(root, id));
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  const { imports, fileName } = chunk;
  // The bundle itself contains what it imports dynamically, except for separate bundles.
  const dynamicImports = chunk.dynamicImports.filter((name) => name !== fileName);
  return {
    modules,
    size: `${fileName}: ${Math.round(chunk.code.length / 1024)} KiB of ${modules.length} modules`,
    faults: bundleFaults(rule, { modules, imports, dynamicImports }, Object.keys(dependencies)),
  };
}

/** Leaves the modules that have a separate bundle out of the others, which load that bundle when they need it. */
function loadLater(root: string): Plugin {
  return {
    name: 'load-later',
    resolveId(specifier, importer) {
      if (importer === undefined) return null;
      const id = LOADED_LATER.get(relative(root, resolve(dirname(importer), specifier)));
      return id === undefined ? null : { id, external: true };
    },
  };
}

/**
 * Runs each bundle once with the launcher, because Node's flags are part of the cache key. Without settings the process
 * loads, reports what is missing and exits; Node then writes the cache.
 */
function primeCompileCache(root: string, rules: readonly BundleRule[], say: (line: string) => void) {
  const cache = join(root, 'dist/compile-cache');
  mkdirSync(cache);
  const programs = rules.filter(({ loadedLater }) => !loadedLater);
  for (const { command, runBy = command } of programs) {
    const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
    const env = { PATH, BIRDDOG_BUNDLES: 'true', BIRDDOG_ONCE: 'true' };
    spawnSync(join(root, 'bin/birddog'), [runBy], { env, stdio: 'ignore' });
  }
  const entries = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  if (entries.length < programs.length) {
    throw new Error(`the compile cache has ${entries.length} entries for ${programs.length} bundles`);
  }
  // Node makes the files readable only for their owner; the image runs as another user.
  for (const { parentPath, name } of entries) chmodSync(join(parentPath, name), 0o644);
  say(`dist/compile-cache: ${entries.length} entries`);
}

if (import.meta.main) await build(join(import.meta.dirname, '..'), BUNDLES, console.log);
