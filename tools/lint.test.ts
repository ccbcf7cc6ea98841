import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { scratchTree } from './scratch-tree.ts';

const ROOT = join(import.meta.dirname, '..');
const lines = (count: number) => 'void 0;\n'.repeat(count);

/** Files with one mistake each: the rule that finds it, the path, and the text. */
const BROKEN: readonly (readonly [rule: string, file: string, text: string])[] = [
  ['eslint(max-lines)', 'src/http/long-file.ts', lines(401)],
  ['eslint(max-lines-per-function)', 'src/http/long-function.ts', `export function f() {\n${lines(79)}}\n`],
  ['eslint(no-console)', 'src/http/console.ts', `console.log('x');`],
  ['eslint(no-warning-comments)', 'src/http/comment.ts', ['void 0; // TO', 'DO later'].join('')],
  ['unicorn(filename-case)', 'src/http/camelCase.ts', 'void 0;'],
  ['node(no-process-env)', 'src/main/app.ts', `export const port = process.env['PORT'];`],
  ['typescript(ban-ts-comment)', 'src/http/ignore.ts', '// @ts-ignore\nvoid 0;'],
  ['typescript(ban-ts-comment)', 'src/http/expect.ts', '// @ts-expect-error: it is so\nvoid 0;'],
  [
    'typescript(consistent-type-imports)',
    'src/http/type.ts',
    `import { A } from './a.ts';\nexport type B = A;`,
  ],
  ['typescript(no-explicit-any)', 'src/http/any.ts', 'export function f(x: any) {\n  return x;\n}'],
  ['typescript(no-explicit-any)', 'src/http/as-any.test.ts', 'export const f = (x: unknown) => x as any;'],
  ['typescript(no-non-null-assertion)', 'src/http/bang.ts', 'export const f = (x?: string) => x!.length;'],
  ['eslint(no-shadow)', 'src/http/shadow.ts', 'export const f = (x: number) => [1].map((x) => x).concat(x);'],
  ['eslint(no-unused-vars)', 'src/http/unused.ts', 'const left = 1;\nexport const right = 2;'],
  ['eslint(no-constant-condition)', 'src/http/constant.ts', 'if (true) void 0;'],
  [
    'oxc(no-accumulating-spread)',
    'src/http/spread.ts',
    'export const f = (a: {}[]) => a.reduce((x, y) => ({ ...x, ...y }), {});',
  ],
];

/** Files that pass, each at its limit or under an exception. */
const SOUND: readonly (readonly [file: string, text: string])[] = [
  ['src/http/full-file.ts', lines(400)],
  ['src/http/full-function.ts', `export function f() {\n${lines(78)}}\n`],
  ['src/main/settings.ts', `export const port = process.env['PORT'];`],
  ['emulators/vault/index.ts', `export const port = process.env['PORT'];`],
  ['src/main/app.test.ts', `export const port = process.env['PORT'];`],
  ['tools/say.ts', `console.log('x');`],
];

function lint(t: TestContext, files: readonly (readonly [file: string, text: string])[]) {
  const rules = readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8');
  const tree = scratchTree(t, { '.oxlintrc.json': rules, ...Object.fromEntries(files) });
  const args = [join(ROOT, 'node_modules/.bin/oxlint'), '--deny-warnings', '--format=unix'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^(\S+?):\d+:\d+: .*\[\w+\/(.+)\]$/gm)].map(
    ([, file, rule]) => `${file}: ${rule}`,
  );
  return { status, found: [...new Set(found)].sort() };
}

test('every lint rule rejects a file that violates it', (t) => {
  const { status, found } = lint(
    t,
    BROKEN.map(([, file, text]) => [file, text]),
  );
  assert.deepEqual(found, BROKEN.map(([rule, file]) => `${file}: ${rule}`).sort());
  assert.notEqual(status, 0);
});

test('files at their limit or under an exception pass', (t) => {
  assert.deepEqual(lint(t, SOUND), { status: 0, found: [] });
});
