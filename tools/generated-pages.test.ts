import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { it } from 'node:test';
import { GENERATED_PAGES } from './generated-pages.ts';

for (const { path, text } of GENERATED_PAGES) {
  it(`docs/${basename(path)} is what the code says now`, async () =>
    assert.equal(readFileSync(path, 'utf8'), await text(), '`npm run docs` writes it anew'));
}
