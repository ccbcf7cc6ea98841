import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LINT_SLUGS, lintIndex, lintPage, withCarets } from './lint-page.ts';

const PAGES = join(import.meta.dirname, '../docs/lint');

describe('the pages about lint', () => {
  it('have a section for each line of the index, and no other', async () => {
    const index = await lintIndex();
    const listed = [
      ...index.matchAll(/^\| \[`(\w+)`\]\((lint\/[\w-]+\.md)#\1\) \| (?:error|warning) \| .+ \|$/gm),
    ];
    const pages = await Promise.all(
      LINT_SLUGS.map(async (slug) => [`lint/${slug}.md`, await lintPage(slug)] as const),
    );
    const shown = pages.flatMap(([page, text]) =>
      [...text.matchAll(/^## `(\w+)`$/gm)].map(([, code]) => `${page}#${code}`),
    );
    assert.ok(listed.length > 0);
    assert.deepEqual(
      shown,
      listed.map(([, code, page]) => `${page}#${code}`),
    );
  });

  it('are the only files of docs/lint', () =>
    assert.deepEqual(readdirSync(PAGES).toSorted(), LINT_SLUGS.map((slug) => `${slug}.md`).toSorted()));

  it('mark the place of the mistake below its line', () => {
    assert.equal(withCarets('a: b\nc: d ⟦efg⟧ h\ni: j\n'), 'a: b\nc: d efg h\n#    ^^^\ni: j\n');
    assert.equal(withCarets('⟦abc⟧: d\n'), 'abc: d\n#^^\n');
    assert.equal(withCarets('a:\n  ⟦b: c\n  d: e⟧\n'), 'a:\n  b: c\n# ^^^^\n  d: e\n');
    assert.equal(withCarets('a: b⟦⟧\n'), 'a: b\n#   ^\n');
  });
});
