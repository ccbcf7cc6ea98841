import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { isObject, parseTrustedJson } from '../src/domain/json.ts';

/** The oldest Node.js whose npm runs `npm ci`: README.md. */
const OLDEST = 20;

/** Returns whether a range of versions has an alternative that accepts a release of the major version. */
function accepts(range: string, major: number): boolean {
  return range.split('||').some((alternative) => {
    const [, sign = '', version = ''] = /^\s*(>=|>|\^|~)?\s*v?(\d+|\*|x)/.exec(alternative) ?? [];
    if (version === '*' || version === 'x') return true;
    return sign.startsWith('>') ? Number(version) <= major : Number(version) === major;
  });
}

it(`npm ci warns about no package on Node.js ${OLDEST}`, () => {
  const lock = parseTrustedJson(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'));
  assert.ok(isObject(lock) && isObject(lock['packages']));
  const engines = Object.entries(lock['packages']).flatMap(([name, entry]) => {
    const node = isObject(entry) && isObject(entry['engines']) ? entry['engines']['node'] : undefined;
    return typeof node === 'string' ? [{ name, node }] : [];
  });
  assert.ok(engines.length > 50);
  assert.deepEqual(
    engines.filter(({ node }) => !accepts(node, OLDEST)),
    [],
  );
});
