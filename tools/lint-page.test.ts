import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lintPage, pointedOut } from './lint-page.ts';

describe('the page about lint', () => {
  it('has a section for each line of its tables, and no other', async () => {
    const page = await lintPage();
    const listed = [...page.matchAll(/^\| \[`(\w+)`\]\(#\1\) \| (?:error|warning) \| .+ \|$/gm)];
    const shown = [...page.matchAll(/^### `(\w+)`$/gm)];
    assert.ok(listed.length > 0);
    assert.deepEqual(
      shown.map(([, code]) => code),
      listed.map(([, code]) => code),
    );
  });

  it('shows the place below the line it is in', () => {
    assert.equal(pointedOut('a: b\nc: d ⟦efg⟧ h\ni: j\n'), 'a: b\nc: d efg h\n#    ^^^\ni: j\n');
    assert.equal(pointedOut('⟦abc⟧: d\n'), 'abc: d\n#^^\n');
    assert.equal(pointedOut('a:\n  ⟦b: c\n  d: e⟧\n'), 'a:\n  b: c\n# ^^^^\n  d: e\n');
    assert.equal(pointedOut('a: b⟦⟧\n'), 'a: b\n#   ^\n');
  });
});
