import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { RULE_GROUPS } from '../src/lint/rule-groups.ts';
import { LINT_SLUGS, lintIndex, lintPage, withCarets } from './lint-page.ts';

const PAGES = join(import.meta.dirname, '../docs/lint');

describe('the pages about lint', () => {
  it('have a section for each line of the index, and no other', async () => {
    const index = await lintIndex();
    const listed = [
      ...index.matchAll(/^\| \[`(\w+)`\]\((lint\/[\w-]+\.md)#\1\) \| (?:error|warning|info) \| .+ \|$/gm),
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

  it('explain each rule that fires on many published definitions, once', async () => {
    const rules = RULE_GROUPS.flatMap((group) => group.rules.map((rule) => ({ ...rule, slug: group.slug })));
    const explained = rules.filter(({ highRateReason }) => highRateReason !== undefined);
    assert.ok(explained.length > 0);
    for (const { code, slug, highRateReason = '' } of explained) {
      const section = (await lintPage(slug)).split(`## \`${code}\`\n`)[1]?.split('\n## ')[0] ?? '';
      assert.match(section, /More than 10% of the published definitions/);
      assert.equal(section.split(highRateReason).length, 2, code);
    }
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
