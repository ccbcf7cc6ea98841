import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetFaults } from './budgets.ts';
import type { TrackedFile } from './tracked-files.ts';

/** Joins parts that this file must not contain as a whole. */
const words = (...parts: string[]) => parts.join('');
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const manifest = (dependencies: number) => ({
  path: 'package.json',
  text: JSON.stringify({
    dependencies: Object.fromEntries(numbered(dependencies).map((n) => [`d${n}`, '1'])),
  }),
});

const BROKEN: readonly (readonly [name: string, files: TrackedFile[], fault: RegExp])[] = [
  ['a vague file name', [{ path: 'src/http/string-utils.ts', text: '' }], /string-utils.ts: a vague name/],
  ['a vague folder name', [{ path: 'src/common/text.ts', text: '' }], /a vague name/],
  ['a test that runs alone', [{ path: 'a.test.ts', text: words('\ntest.', "only('x')") }], /^a.test.ts:2: /],
  [
    'a test that runs alone by option',
    [{ path: 'a.test.ts', text: words("test('x', { on", 'ly: true })') }],
    /^a.test.ts:1: /,
  ],
  ['an empty test', [{ path: 'a.test.ts', text: words('it.', "todo('x')") }], /or that is empty/],
  [
    'a skipped test',
    [{ path: 'a.test.ts', text: words('describe.', "skip('x')") }],
    /is skipped without a reason/,
  ],
  [
    'a skip without a reason',
    [{ path: 'a.test.ts', text: words('t.', 'skip()') }],
    /is skipped without a reason/,
  ],
  [
    'a skip by option',
    [{ path: 'a.test.ts', text: words('{ sk', 'ip: true }') }],
    /is skipped without a reason/,
  ],
  [
    'a disabled rule',
    [{ path: 'a.ts', text: words('// oxlint-', 'disable-next-line no-eval') }],
    /without a reason/,
  ],
  [
    'a machine path',
    [{ path: 'docs/a.md', text: words('see /ho', 'me/jo/birddog') }],
    /docs\/a.md:1: a path of a single/,
  ],
  [
    'a registry',
    [{ path: '.npmrc', text: words('registry=https://regi', 'stry.npmjs.org') }],
    /package registry/,
  ],
  [
    'a mirror',
    [{ path: '.npmrc', text: words('https://mirror.example/arti', 'factory/npm') }],
    /package registry/,
  ],
  [
    'a lock file with addresses',
    [{ path: 'package-lock.json', text: '{"resolved": "x"}' }],
    /download addresses/,
  ],
  ['too many dependencies', [manifest(21)], /21 direct runtime dependencies; the maximum is 20/],
  ['a long README', [{ path: 'README.md', text: 'line\n'.repeat(100) }], /100 lines/],
  ['too many folders', numbered(11).map((n) => ({ path: `f${n}/a.ts`, text: '' })), /11 top folders/],
];

for (const [name, files, fault] of BROKEN) {
  test(`${name} is found, with its place`, () => {
    const faults = budgetFaults(files);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', fault);
  });
}

test('files that follow the rules have no faults', () => {
  const files: TrackedFile[] = [
    manifest(20),
    { path: 'README.md', text: 'line\n'.repeat(99) },
    { path: 'package-lock.json', text: '{"integrity": "x"}' },
    {
      path: 'src/domain/managed-kind.ts',
      text: '// oxlint-disable-next-line no-eval -- the vendor says so\n',
    },
    {
      path: 'test/a.test.ts',
      text: `test('x', { skip: absent ? 'no corpus' : false });\nt.skip('no corpus');`,
    },
    { path: 'docs/work/home.md', text: 'mounted at /run/birddog/main/current, see docs/work/a.md' },
    ...numbered(5).map((n) => ({ path: `f${n}/a.ts`, text: '' })),
  ];
  assert.deepEqual(budgetFaults(files), []);
});
