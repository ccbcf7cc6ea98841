import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { readAccessFile } from './access-file.ts';
import { callerWithToken, hashOf, makeToken, readTokensFile, TOKEN_PREFIX } from './tokens-file.ts';

const access = (text: string) => readAccessFile(Buffer.from(text));
const tokens = (text: string) => readTokensFile(Buffer.from(text));
const HASH = 'ab'.repeat(32);
const entry = (more: string) =>
  `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-03-31, groups: [g]}\n${more}`;

describe('the access file', () => {
  it('grants groups what they may do with applications', async () => {
    const rules = await access(`
rules:
  - groups: [payments]
    applications: ['payments-*', checkout]
    may: [write]
    catalogs: ['Checkout (EU)']
`);
    assert.deepEqual(rules, [
      {
        groups: ['payments'],
        applications: ['payments-*', 'checkout'],
        may: ['write'],
        catalogs: ['Checkout (EU)'],
      },
    ]);
    assert.deepEqual(await access('rules: []'), []);
  });

  const wrong: readonly [what: string, text: string, says: RegExp][] = [
    ['nothing', '', /^1:1: .*object with rules/],
    ['no YAML', 'rules: [', /^\d+:\d+: /],
    ['two documents', 'rules: []\n---\nrules: []\n', /^2:\d+: /],
    [
      'a misspelt member',
      'rules:\n  - groups: [a]\n    application: [b]\n    may: [read]\n',
      /^2:5: "applications" is required.*\n3:.*Unknown field "application"/,
    ],
    [
      'an unknown right',
      'rules:\n  - groups: [a]\n    applications: [b]\n    may: [read, admin]\n',
      /^4:17: A right is one of read, write, adopt\./,
    ],
    ['no group', 'rules:\n  - {groups: [], applications: [b], may: [read]}\n', /^2:14: .*at least one group/],
    [
      'a pattern of groups',
      'rules:\n  - {groups: ["*"], applications: [b], may: [read]}\n',
      /^2:15: .*"\*" stands for nothing here/,
    ],
    [
      'an application that cannot be',
      'rules:\n  - {groups: [a], applications: [Payments], may: [read]}\n',
      /^2:34: .*lower-case/,
    ],
    [
      'a number for a group',
      'rules:\n  - {groups: [7], applications: [b], may: [read]}\n',
      /^2:15: A group is text/,
    ],
    ['one member twice', 'rules: []\nrules: []\n', /^2:1: /],
  ];
  for (const [what, text, says] of wrong) {
    it(`with ${what} is refused, at its line and column`, () =>
      assert.rejects(access(text), { message: says }));
  }
});

describe('the tokens file', () => {
  it('knows a token by its hash, until the end of its last day', async () => {
    const token = makeToken();
    const sha256 = hashOf(token).toString('hex');
    const known = await tokens(
      `tokens:\n  - {name: ci, sha256: ${sha256}, expires: 2023-11-14, groups: [g, h]}\n`,
    );
    // 2023-11-14T22:13:20Z
    const clock = manualClock();
    assert.deepEqual(callerWithToken(token, known, clock), {
      name: 'ci',
      auth: 'tokens',
      groups: ['g', 'h'],
    });
    clock.advance(6_400_000 - 1);
    assert.equal(callerWithToken(token, known, clock).name, 'ci');
    clock.advance(1);
    assert.throws(() => callerWithToken(token, known, clock), {
      message: 'The token of ci expired at 2023-11-15T00:00:00.000Z.',
    });
  });

  it('knows no other token, and does not repeat it', async () => {
    const known = await tokens(entry(''));
    for (const other of ['birddog_x', HASH, '']) {
      assert.throws(
        () => callerWithToken(new Secret(other), known, manualClock()),
        (error) => {
          assert.ok(error instanceof ProblemError);
          assert.deepEqual([error.code, error.message], ['unauthenticated', 'The token is unknown.']);
          return true;
        },
      );
    }
  });

  it('takes tokens that nobody can guess', () => {
    const [one, other] = [makeToken().reveal(), makeToken().reveal()];
    assert.notEqual(one, other);
    assert.match(one, new RegExp(`^${TOKEN_PREFIX}[\\w-]{43}$`));
  });

  const wrong: readonly [what: string, text: string, says: RegExp][] = [
    [
      'the token itself',
      `tokens:\n  - {name: ci, sha256: birddog_SECRET, expires: 2027-03-31, groups: [g]}\n`,
      /^2:24: Sha256 is the SHA-256 of the token/,
    ],
    [
      'an invalid day',
      `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-02-30, groups: [g]}\n`,
      /^2:\d+: Expires is a date/,
    ],
    [
      'a time without its zone',
      `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-02-03T10:00:00, groups: [g]}\n`,
      /Expires is a date/,
    ],
    [
      'a token that never expires',
      `tokens:\n  - {name: ci, sha256: ${HASH}, groups: [g]}\n`,
      /^2:5: "expires" is required/,
    ],
    [
      'a token twice',
      entry(`  - {name: other, sha256: ${HASH}, expires: 2027-03-31, groups: [g]}\n`),
      /^3:27: Entry 1 has the same sha256/,
    ],
    [
      'a name twice',
      entry(`  - {name: ci, sha256: ${'cd'.repeat(32)}, expires: 2027-03-31, groups: [g]}\n`),
      /^3:12: Entry 1 has the same name/,
    ],
  ];
  for (const [what, text, says] of wrong) {
    it(`with ${what} is refused, at its line and column`, () =>
      assert.rejects(tokens(text), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, says);
        assert.ok(!error.message.includes('SECRET'));
        return true;
      }));
  }
});
