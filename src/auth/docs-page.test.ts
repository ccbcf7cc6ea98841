import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { readAccessFile, PERMISSIONS } from './access-file.ts';
import { readIssuersFile } from './issuers-file.ts';
import { readTokensFile } from './tokens-file.ts';

const page = readFileSync(new URL('../../docs/callers.md', import.meta.url), 'utf8');
const example = (name: string) => {
  const [, text] = new RegExp(`^\`\`\`yaml\n# ${name}\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
  assert.ok(text, name);
  return Buffer.from(text);
};

it('Birddog accepts the example files of docs/callers.md', async () => {
  assert.equal((await readTokensFile(example('tokens.yaml'))).length, 1);
  assert.equal((await readIssuersFile(example('issuers.yaml'), 0, undefined)).length, 2);
  const rules = await readAccessFile(example('access.yaml'));
  assert.deepEqual([...new Set(rules.flatMap(({ may }) => may))].sort(), [...PERMISSIONS].sort());
});

it('docs/callers.md describes every permission, and no other', () => {
  const [, table = ''] = page.split('| permission | allows |');
  const rows = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(([, right]) => right);
  assert.deepEqual(rows, [...PERMISSIONS]);
});
