import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { it } from 'node:test';
import { GENERATED_PAGES } from './generated-pages.ts';

const TOP = join(import.meta.dirname, '..');

for (const { path, text } of GENERATED_PAGES) {
  it(`${relative(TOP, path)} matches the code`, async () =>
    assert.equal(readFileSync(path, 'utf8'), await text(), 'run `npm run docs`'));
}
