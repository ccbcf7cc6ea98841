import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';
import { withFields } from './field-tables.ts';

const section = (name: string, text = '') =>
  `before\n<!-- fields of ${name}: \`npm run docs\` -->\n${text}<!-- end of fields -->\nafter\n`;

it('lists the fields of an alert, with those inside, their values and defaults', () => {
  const page = withFields(section('an alert', 'old'));
  assert.match(page, /^before\n<!-- .*\n\n\| field \|/);
  assert.match(page, /^\| `signal` \| object \| \*\*required\*\* \| .+ \|$/m);
  assert.match(page, /^\| `signal.index` \| string, or list of strings \| `\*` \| .+ \|$/m);
  // The values of fields that several kinds of signals have.
  assert.match(page, /^\| `signal.aggregate` \| `avg`, .+, `p99`, `cardinality`, .+ \|$/m);
  assert.match(page, /^\| `condition.warn` \| number \| /m);
  assert.match(page, /^\| `notify\[\].when` \| `alert`, .+, or list of `alert`, /m);
  assert.doesNotMatch(page, /old|^\| `key`/m);
  assert.match(page, /\n\n<!-- end of fields -->\nafter\n$/);
});

it('lists what all entries have in common once, and no fields of Datadog there', () => {
  const page = withFields(section('an entry'));
  for (const name of ['key', 'adopt', 'unmanaged', 'lint.ignore[].code'])
    assert.ok(page.includes(`| \`${name}\` |`), name);
  assert.ok(!page.includes('`type`'));
});

it('rejects a page without a table, an unknown table, and one without an end', () => {
  assert.throws(() => withFields('text\n'), /no table/);
  assert.throws(() => withFields(section('a widget')), /a widget/);
  assert.throws(() => withFields(section('an alert').replace('end of', '')), /an alert/);
});

it('docs/editors.md has an entry for the catalog of SchemaStore', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/editors.md'), 'utf8');
  const [, text = ''] = /^## SchemaStore$[^]*?^```json\n([^]*?)^```$/m.exec(page) ?? [];
  const entry = z
    .strictObject({
      name: z.string(),
      // SchemaStore rejects descriptions that say that they are about a schema.
      description: z.string().regex(/^(?!.*schema)/i),
      fileMatch: z.array(z.string().regex(/\.(?:ya?ml|json|toml)$/)).min(1),
      url: z.url({ protocol: /^https$/ }),
    })
    .parse(JSON.parse(text));
  assert.deepEqual(entry.fileMatch, entry.fileMatch.toSorted());
  const { repository, files } = z
    .object({ repository: z.unknown().optional(), files: z.array(z.string()) })
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')));
  const isPlaceholder = new URL(entry.url).hostname.endsWith('.example.com');
  assert.equal(
    isPlaceholder,
    repository === undefined,
    'a published repository has an address for the entry',
  );
  assert.equal(page.includes('must be replaced\nat publication'), isPlaceholder);
  assert.ok(files.includes('docs/schema.json'));
});
