import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { BUNDLES, type BundleRule, bundleFaults } from './bundle-rules.ts';

/**
 * Makes the bundle of each process in `root`/dist and primes their compile cache. Says what it makes with
 * `say`. Throws Error with every fault where a bundle breaks its rule or the cache stays empty.
 */
export async function build(root: string, rules: readonly BundleRule[], say: (line: string) => void) {
  const dist = join(root, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const faults: string[] = [];
  for (const rule of rules) faults.push(...(await bundle(root, rule, say)));
  if (faults.length > 0) throw new Error(faults.join('\n'));
  primeCompileCache(root, rules, say);
}

async function bundle(root: string, rule: BundleRule, say: (line: string) => void): Promise<string[]> {
  const bundler = await rolldown({ cwd: root, input: rule.entry, platform: 'node' });
  const { output } = await bundler.write({
    file: join(root, 'dist', `${rule.command}.js`),
    format: 'esm',
    codeSplitting: false,
    // Minified, a server needs 2 to 5 MB less; the maps beside it tell where an error was.
    minify: true,
    sourcemap: 'hidden',
  });
  await bundler.close();
  const [chunk] = output;
  const modules = chunk.moduleIds.map((id) => relative(root, id));
  say(`dist/${chunk.fileName}: ${Math.round(chunk.code.length / 1024)} KiB of ${modules.length} modules`);
  const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );
  return bundleFaults(rule, modules, chunk.imports, Object.keys(dependencies));
}

/**
 * Runs each bundle once by the launcher, whose flags of Node are part of the cache's name. Without an
 * environment it loads, says what is missing and ends; Node then writes the cache.
 */
function primeCompileCache(root: string, rules: readonly BundleRule[], say: (line: string) => void) {
  const cache = join(root, 'dist/compile-cache');
  mkdirSync(cache);
  for (const { command, runBy = command } of rules) {
    const PATH = `${dirname(process.execPath)}:${process.env['PATH']}`;
    const env = { PATH, BIRDDOG_BUNDLES: 'true', BIRDDOG_ONCE: 'true' };
    spawnSync(join(root, 'bin/birddog'), [runBy], { env, stdio: 'ignore' });
  }
  const entries = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  if (entries.length < rules.length) {
    throw new Error(`the compile cache has ${entries.length} entries for ${rules.length} bundles`);
  }
  // Node makes them for their owner alone; in the image another user reads them.
  for (const { parentPath, name } of entries) chmodSync(join(parentPath, name), 0o644);
  say(`dist/compile-cache: ${entries.length} entries`);
}

if (import.meta.main) await build(join(import.meta.dirname, '..'), BUNDLES, console.log);
