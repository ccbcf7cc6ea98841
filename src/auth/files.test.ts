import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { ProblemError } from '../domain/problem.ts';
import { Secret } from '../domain/secret.ts';
import { readAccessFile } from './access-file.ts';
import { authenticateToken, hashToken, generateToken, readTokensFile, TOKEN_PREFIX } from './tokens-file.ts';

const access = (text: string) => readAccessFile(Buffer.from(text));
const tokens = (text: string) => readTokensFile(Buffer.from(text));
const HASH = 'ab'.repeat(32);
const entry = (more: string) =>
  `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-03-31, groups: [g]}\n${more}`;

describe('the access file', () => {
  it('grants groups permissions for applications', async () => {
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

  const invalid: readonly [what: string, text: string, message: RegExp][] = [
    ['no content', '', /^1:1: .*object with rules/],
    ['invalid YAML', 'rules: [', /^\d+:\d+: /],
    ['two documents', 'rules: []\n---\nrules: []\n', /^2:\d+: /],
    [
      'a misspelt field',
      'rules:\n  - groups: [a]\n    application: [b]\n    may: [read]\n',
      /^2:5: "applications" is required.*\n3:.*"application" is not a field/,
    ],
    [
      'an unknown permission',
      'rules:\n  - groups: [a]\n    applications: [b]\n    may: [read, admin]\n',
      /^4:17: A permission must be one of read, apply_reviewed, write, adopt\./,
    ],
    ['no group', 'rules:\n  - {groups: [], applications: [b], may: [read]}\n', /^2:14: .*at least one group/],
    [
      'a pattern as a group',
      'rules:\n  - {groups: ["*"], applications: [b], may: [read]}\n',
      /^2:15: .*"\*" is not allowed/,
    ],
    [
      'an invalid application',
      'rules:\n  - {groups: [a], applications: [Payments], may: [read]}\n',
      /^2:34: .*lower-case/,
    ],
    [
      'a number as a group',
      'rules:\n  - {groups: [7], applications: [b], may: [read]}\n',
      /^2:15: A group must be a string/,
    ],
    ['a duplicate field', 'rules: []\nrules: []\n', /^2:1: /],
  ];
  for (const [what, text, message] of invalid) {
    it(`with ${what} is rejected, with line and column`, () => assert.rejects(access(text), { message }));
  }
});

describe('the tokens file', () => {
  it('accepts a token by its hash until the end of its expiry date', async () => {
    const token = generateToken();
    const sha256 = hashToken(token).toString('hex');
    const entries = await tokens(
      `tokens:\n  - {name: ci, sha256: ${sha256}, expires: 2023-11-14, groups: [g, h]}\n`,
    );
    // 2023-11-14T22:13:20Z
    const clock = manualClock();
    assert.deepEqual(authenticateToken(token, entries, clock), {
      name: 'ci',
      auth: 'tokens',
      groups: ['g', 'h'],
    });
    clock.advance(6_400_000 - 1);
    assert.equal(authenticateToken(token, entries, clock).name, 'ci');
    clock.advance(1);
    assert.throws(() => authenticateToken(token, entries, clock), {
      message: 'The token of ci expired at 2023-11-15T00:00:00.000Z.',
    });
  });

  it('rejects any other token, and does not quote it', async () => {
    const entries = await tokens(entry(''));
    for (const other of ['birddog_x', HASH, '']) {
      assert.throws(
        () => authenticateToken(new Secret(other), entries, manualClock()),
        (error) => {
          assert.ok(error instanceof ProblemError);
          assert.deepEqual([error.code, error.message], ['unauthenticated', 'The token is unknown.']);
          return true;
        },
      );
    }
  });

  it('accepts generated tokens, which are random', () => {
    const [one, other] = [generateToken().reveal(), generateToken().reveal()];
    assert.notEqual(one, other);
    assert.match(one, new RegExp(`^${TOKEN_PREFIX}[\\w-]{43}$`));
  });

  const invalid: readonly [what: string, text: string, message: RegExp][] = [
    [
      'the token itself',
      `tokens:\n  - {name: ci, sha256: birddog_SECRET, expires: 2027-03-31, groups: [g]}\n`,
      /^2:24: Sha256 must be the SHA-256 of the token/,
    ],
    [
      'an invalid date',
      `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-02-30, groups: [g]}\n`,
      /^2:\d+: Expires must be a date/,
    ],
    [
      'a time without a time zone',
      `tokens:\n  - {name: ci, sha256: ${HASH}, expires: 2027-02-03T10:00:00, groups: [g]}\n`,
      /Expires must be a date/,
    ],
    [
      'a token without an expiry date',
      `tokens:\n  - {name: ci, sha256: ${HASH}, groups: [g]}\n`,
      /^2:5: "expires" is required/,
    ],
    [
      'a duplicate token',
      entry(`  - {name: other, sha256: ${HASH}, expires: 2027-03-31, groups: [g]}\n`),
      /^3:27: Entry 1 has the same sha256/,
    ],
    [
      'a duplicate name',
      entry(`  - {name: ci, sha256: ${'cd'.repeat(32)}, expires: 2027-03-31, groups: [g]}\n`),
      /^3:12: Entry 1 has the same name/,
    ],
  ];
  for (const [what, text, message] of invalid) {
    it(`with ${what} is rejected, with line and column`, () =>
      assert.rejects(tokens(text), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, message);
        assert.ok(!error.message.includes('SECRET'));
        return true;
      }));
  }
});
