import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../test/assert-linear.ts';
import { readAccessFile } from './access-file.ts';
import { readIssuersFile } from './issuers-file.ts';
import { duplicateTokens, readTokensFile } from './tokens-file.ts';

const READ = {
  rules: readAccessFile,
  tokens: readTokensFile,
  issuers: (bytes: Buffer) => readIssuersFile(bytes, 0, undefined),
};
const HASH = 'ab'.repeat(32);
const RULE = '- {groups: [a], applications: [b], may: [read]}\n';
const token = (at: number) => ({
  name: `robot-${at}`,
  sha256: at.toString(16).padStart(64, '0'),
  expires: '2027-03-31',
  groups: ['g'],
});

/** The lines of the message with which a file is rejected. */
async function faultsOf(file: keyof typeof READ, text: string): Promise<string[]> {
  const error = await READ[file](Buffer.from(text)).then(
    () => assert.fail('it was accepted'),
    (e: unknown) => e,
  );
  assert.ok(error instanceof Error && error.constructor === Error, String(error));
  return error.message.split('\n');
}

const bomb = (file: string) => {
  const levels = Array.from({ length: 9 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]\n`);
  return `a0: &a0 [x]\n${levels.join('')}${file}: *a9\n`;
};
const HOSTILE: Readonly<Record<string, readonly [text: (file: string) => string, says: RegExp]>> = {
  'aliases that multiply': [bomb, /^6:\d+: The aliases expand to more than 50000 values/],
  '2,000 aliases': [
    (file) => `x: &x y\n${file}: [${'*x,'.repeat(2000)}]\n`,
    /^2:\d+: .*More than 1000 aliases/,
  ],
  'more than 1 MiB': [
    (file) => `${file}: [] #${'x'.repeat(1024 * 1024)}`,
    /^the file has \d+ bytes; the maximum is 1048576 bytes$/,
  ],
  '100,000 entries': [(file) => `${file}: [${'{},'.repeat(100_000)}]`, /^1:\d+: .*more than 50000 values/],
  '100,000 patterns': [
    (file) => `${file}:\n- {groups: [a], may: [read], applications: [${'a*,'.repeat(100_000)}]}\n`,
    /^2:\d+: .*more than 50000 values/,
  ],
  'nested lists': [() => '['.repeat(100_000), /^1:\d+: .*nested deeper than 100 levels/],
};

describe('an operator file', () => {
  for (const list of ['rules', 'tokens', 'issuers'] as const) {
    for (const [what, [text, says]] of Object.entries(HOSTILE))
      it(`with ${what} is rejected with one line, for ${list}`, async () => {
        const faults = await faultsOf(list, text(list));
        assert.ok(faults.length === 1 && (faults[0] ?? '').length < 300, String(faults).slice(0, 500));
        assert.match(faults[0] ?? '', says);
      });
  }

  it('reports at most 100 faults of each kind, and counts the rest', async () => {
    const bad = RULE.replace('[b]', '[B]').replace('[a]', '[""]').repeat(2000);
    const faults = await faultsOf('rules', `rules:\n${bad}`);
    assert.equal(faults.length, 101);
    assert.match(faults.at(-1) ?? '', /3900 more findings are not listed/);
  });

  it('reports each fault in one short line, for any names in the file', async () => {
    const faults = await faultsOf(
      'rules',
      `rules: []\n"\\e[2J\\n3:1: \\u2028\\u202e": 1\n? ${'x'.repeat(9000)}\n: 1\n`,
    );
    assert.equal(faults.length, 2);
    for (const fault of faults) {
      assert.match(fault, /^[\x20-\x7e]+$/);
      assert.ok(fault.length < 1500, `${fault.length}`);
    }
  });

  it('with a name that has hidden characters is rejected, with its position', async () => {
    for (const name of ['\\e[2J', 'a\\nb', 'a\\u2028b', '\\u202e', 'a\\u200bb', '\\u0000']) {
      const [group] = await faultsOf('rules', `rules:\n${RULE.replace('[a]', `["${name}"]`)}`);
      assert.match(group ?? '', /^2:13: A group must have/);
      const entry = `{name: "${name}", sha256: ${HASH}, expires: 2027-03-31, groups: ["${name}"]}`;
      const [robot, its] = await faultsOf('tokens', `tokens:\n- ${entry}\n`);
      assert.match(robot ?? '', /^2:10: Name must have/);
      assert.match(its ?? '', /^2:\d+: A group must have/);
    }
    const catalogs = RULE.replace('}', ', catalogs: ["a\\nb"]}');
    const [fault] = await faultsOf('rules', `rules:\n${catalogs}`);
    assert.match(fault ?? '', /^2:\d+: A catalog name cannot have control characters/);
  });

  it('is accepted with 6,000 tokens', async () => {
    const tokens = Array.from({ length: 6000 }, (_, at) => token(at));
    assert.equal((await readTokensFile(Buffer.from(JSON.stringify({ tokens })))).length, 6000);
  });

  it('reports at most 100 duplicates, and counts the rest', async () => {
    const tokens = Array.from({ length: 3000 }, () => token(1));
    const faults = await faultsOf('tokens', JSON.stringify({ tokens }));
    assert.equal(faults.length, 101);
    assert.match(faults[0] ?? '', /^1:\d+: Entry 1 has the same name/);
    assert.match(faults.at(-1) ?? '', /5898 more findings/);
  });
});

it('finds duplicates in time linear in the number of tokens', async () => {
  const all = Array.from({ length: 2 ** 18 }, (_, at) => token(at));
  await assertLinear((length) => void duplicateTokens({ tokens: all.slice(0, length / 4) }), 'duplicates');
});
