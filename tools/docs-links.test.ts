import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { HEADERS } from '../src/domain/headers.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

/** Returns the anchor of a heading, as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchors = (page: string) =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

for (const page of PAGES) {
  it(`${page} links only to files and headings that exist`, () => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```/gms, '');
    for (const [, link] of text.matchAll(/\]\(((?!https?:)[^)\s]+)\)/g)) {
      const [file = '', anchor] = (link ?? '').split('#');
      const path = file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
      assert.ok(existsSync(path), `${link} does not exist`);
      if (anchor !== undefined) assert.ok(anchors(path).includes(anchor), `${link} is not a heading`);
    }
  });
}

it('every file that a page names exists', () => {
  const missing = PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const named = [
      ...text.matchAll(/`((?:src|test|tools|bench|deploy|emulators|integrations|bin)\/[\w./-]+)`/g),
    ];
    return named.flatMap(([, path = '']) => (existsSync(join(ROOT, path)) ? [] : [`${page}: ${path}`]));
  });
  assert.deepEqual(missing, []);
});

it('every npm script that README.md and CONTRIBUTING.md name exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const page of ['README.md', 'CONTRIBUTING.md']) {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, name = '']) => name);
    assert.ok(named.length > 1);
    assert.deepEqual(
      named.filter((name) => !(name in scripts)),
      [],
      page,
    );
  }
});

it('docs/protocol.md names each header that Birddog sends to the sidecar, and no other', () => {
  const page = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  const [, requests = ''] = page.split(/^## /m);
  const named = [...requests.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.values(HEADERS).sort());
});

it('docs/design-map.md maps every part of the original plan, each with what exists and the reason for a difference', () => {
  const page = readFileSync(join(ROOT, 'docs/design-map.md'), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| (?!part |task |remedy )/.test(line));
  for (const row of rows)
    assert.ok(
      row
        .slice(2, -2)
        .split(' | ')
        .every((cell) => cell.trim() !== '') && row.split(' | ').length === 3,
      row,
    );
  const parts = rows.map((row) => row.slice(2).split(' | ')[0] ?? '').join('\n');
  const planned = ['routes.py', 'datadog_client.py', 'utils.py', 'config.py', 'tests/', 'requirements.txt'];
  const pod = ['DATADOG_API_KEY', 'SIDE_APP_CONFIG', '512Mi', 'allow-inter-container', 'HTTPS'];
  const tasks = [
    '1.1',
    '1.2',
    '1.3',
    '2.1',
    '2.2',
    '2.3',
    '3.1',
    '3.2',
    '3.3',
    '4.1',
    '4.2',
    '4.3',
    '5.1',
    '5.2',
    '5.3',
  ];
  for (const part of [...planned, ...pod, ...tasks]) assert.ok(parts.includes(part), `${part} is missing`);
});
