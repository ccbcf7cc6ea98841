import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readIssuersFile } from './issuers-file.ts';

const read = (text: string, fromEnvironment?: string) =>
  readIssuersFile(Buffer.from(text), 30_000, fromEnvironment);
const faultsOf = async (text: string, fromEnvironment?: string): Promise<string> => {
  const error: unknown = await read(text, fromEnvironment).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof Error, text);
  return error.message;
};
const entry = (more: string, issuer = 'https://login.example.test') =>
  `issuers:\n  - name: a\n    issuer: ${issuer}\n    audience: [birddog]\n${more}`;

describe('the issuers file', () => {
  it('lists issuers with their audiences, claims, requirements and groups', async () => {
    const [github, login] = await read(`
issuers:
  - name: github
    issuer: https://token.actions.githubusercontent.com
    audience: [birddog]
    require: {repository_owner: acme}
    groups:
      - group: payments-jobs
        when: {repository: acme/payments, ref: [refs/heads/main, 'refs/tags/*']}
  - name: login
    issuer: https://login.example.test/
    audience: [birddog, cli]
    jwks_url: https://login.example.test/keys
    name_claim: email
    groups_claim: realm_access.roles
`);
    assert.deepEqual(github, {
      name: 'github',
      issuer: 'https://token.actions.githubusercontent.com',
      audience: ['birddog'],
      jwksUrl: undefined,
      skewMs: 30_000,
      nameClaim: 'sub',
      prefix: 'github:',
      require: new Map([['repository_owner', ['acme']]]),
      groups: [
        {
          group: 'payments-jobs',
          when: new Map([
            ['repository', ['acme/payments']],
            ['ref', ['refs/heads/main', 'refs/tags/*']],
          ]),
        },
      ],
    });
    assert.deepEqual(
      [login?.issuer, login?.nameClaim, login?.groupsClaim, login?.jwksUrl?.href],
      ['https://login.example.test/', 'email', 'realm_access.roles', 'https://login.example.test/keys'],
    );
  });

  const wrong: readonly [what: string, text: string, expected: RegExp][] = [
    ['no content', '', /^1:1: .*object with issuers/],
    ['an unknown field', entry('    audiences: [x]\n'), /^5:5: "audiences" is not a field of/m],
    ['no audience', entry('').replace('[birddog]', '[]'), /^4:15: Audience must have at least one entry/m],
    [
      'an issuer in plain HTTP',
      entry('', 'http://login.example.test'),
      /^3:13: Issuer must be an https URL/m,
    ],
    ['an issuer with a query', entry('', 'https://login.example.test/?x'), /^3:13: .*without a query/m],
    [
      'a number as a claim',
      entry('    require: {project_id: 20}\n'),
      /^5:27: A claim must have a string.*quotes/m,
    ],
    ['a word for true', entry('    require: {ref_protected: true}\n'), /^5:30: .*Put quotes around/m],
    ['an empty list of values', entry('    require: {ref: []}\n'), /^5:20: .*list of 1 to 100/m],
    [
      'rules for more than 50 claims',
      entry(`    require: {${Array.from({ length: 51 }, (_, n) => `c${n}: x`).join(', ')}}\n`),
      /^5:14: At most 50 claims are allowed/m,
    ],
    ['an empty value', entry("    require: {ref: ''}\n"), /^5:20: /m],
    [
      'a group for everybody',
      entry('    groups: [{group: g, when: {}}]\n'),
      /^5:31: when must have at least one claim/m,
    ],
    ['a group without a condition', entry('    groups: [{group: g}]\n'), /^5:14: "when" is required/m],
    ['an invalid name', entry('').replace('name: a', 'name: A:b'), /^2:11: .*lower-case/m],
    [
      'the name of the other setting',
      entry('').replace('name: a', 'name: oidc'),
      /^2:11: BIRDDOG_OIDC_ISSUER has the same name/m,
    ],
  ];
  for (const [what, text, expected] of wrong) {
    it(`with ${what} is rejected, with line and column`, async () =>
      assert.match(await faultsOf(text), expected));
  }

  it('has each issuer and each name once, BIRDDOG_OIDC_ISSUER included', async () => {
    const one = '{name: a, issuer: https://login.example.test, audience: [x]}';
    const faults = await faultsOf(`issuers:\n  - ${one}\n  - ${one}\n`);
    assert.match(faults, /^3:12: Entry 1 has the same name/m);
    assert.match(faults, /^3:23: Entry 1 has the same issuer/m);
    assert.match(
      await faultsOf(`issuers: [${one}]`, 'https://login.example.test'),
      /BIRDDOG_OIDC_ISSUER has the same issuer/,
    );
  });

  it('must say whose tokens it accepts of an issuer that gives everybody a token', async () => {
    const github = 'https://token.actions.githubusercontent.com';
    for (const require of [
      '',
      '    require: {environment: production}\n',
      "    require: {repository_owner: 'acme*'}\n",
      "    require: {repository: '*/payments'}\n",
      "    require: {repository: [acme/payments, '*']}\n",
    ])
      assert.match(
        await faultsOf(entry(require, github)),
        /^3:13: Everybody can get a token of this issuer\. require must limit repository,/m,
        require,
      );
    for (const require of ['{repository_owner: acme}', "{repository: 'acme/*'}", "{repository_id: '74'}"])
      assert.equal((await read(entry(`    require: ${require}\n`, github))).length, 1, require);
    assert.match(await faultsOf(entry('', 'https://gitlab.com')), /require must limit project_path/);
  });

  it('has at most 20 issuers', async () => {
    const list = Array.from({ length: 21 }, (_, at) => ({
      name: `n${at}`,
      issuer: `https://login.example.test/${at}`,
      audience: ['x'],
    }));
    assert.match(await faultsOf(JSON.stringify({ issuers: list })), /issuers must have at most 20 entries/i);
  });
});
