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
