import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { githubClaims, githubPullRequest, gitlabClaims } from '../../test/ci-claims.ts';
import { ProblemError } from '../domain/problem.ts';
import { callerOfClaims, type ClaimMapping } from './claims.ts';

const rules = (claims: Record<string, string | string[]>) =>
  new Map(Object.entries(claims).map(([claim, value]) => [claim, [value].flat()]));
const GITHUB: ClaimMapping = {
  nameClaim: 'sub',
  prefix: 'github:',
  require: rules({ repository_owner: 'acme' }),
  groups: [
    { group: 'payments-plans', when: rules({ repository: 'acme/payments' }) },
    {
      group: 'payments-jobs',
      when: rules({
        repository: 'acme/payments',
        ref: ['refs/heads/main', 'refs/tags/*'],
        event_name: 'push',
      }),
    },
  ],
};
const groupsOf = (claims: object, mapping = GITHUB) => callerOfClaims({ ...claims }, mapping).groups;
const refusalOf = (claims: object, mapping = GITHUB): string => {
  try {
    return JSON.stringify(callerOfClaims({ ...claims }, mapping));
  } catch (error) {
    assert.ok(error instanceof ProblemError && error.code === 'unauthenticated', String(error));
    return error.message;
  }
};

describe('the claims of a job', () => {
  it('give at most 1000 groups', () => {
    const groups = Array.from({ length: 1001 }, (_, n) => `g${n}`);
    const mapping = { nameClaim: 'sub', groupsClaim: 'groups', prefix: '', require: rules({}), groups: [] };
    assert.equal(groupsOf({ sub: 'someone', groups }, mapping)?.length, 1000);
  });

  it('give its name, and the groups whose conditions all hold', () => {
    assert.deepEqual(callerOfClaims(githubClaims(), GITHUB), {
      name: 'github:repo:acme/payments:ref:refs/heads/main',
      auth: 'oidc',
      groups: ['payments-plans', 'payments-jobs'],
    });
    assert.deepEqual(groupsOf(githubClaims({ ref: 'refs/tags/v1' })), ['payments-plans', 'payments-jobs']);
    assert.deepEqual(groupsOf(githubPullRequest()), ['payments-plans']);
    assert.deepEqual(groupsOf(githubClaims({ repository: 'acme/shop' })), []);
    assert.deepEqual(groupsOf(githubClaims({ ref: 'refs/heads/main2' })), ['payments-plans']);
  });

  it('are refused without a required value, which the message does not reveal', () => {
    for (const claims of [
      githubClaims({ repository_owner: 'evil' }),
      githubClaims({ repository_owner: 'acme-evil' }),
      githubClaims({ repository_owner: undefined }),
    ])
      assert.equal(
        refusalOf(claims),
        'The claim "repository_owner" of the token does not have a value that Birddog requires.',
      );
  });

  it('of another type never match: lists, objects, numbers and null', () => {
    for (const value of [['acme'], ['acme', 'evil'], { acme: true }, 7, null, [['acme']], ''])
      assert.match(refusalOf(githubClaims({ repository_owner: value })), /does not have a value/);
    for (const ref of [['refs/heads/main'], { '0': 'refs/heads/main' }, true])
      assert.deepEqual(groupsOf(githubClaims({ ref })), ['payments-plans']);
    for (const sub of [['x'], 7, { a: 1 }, null])
      assert.match(refusalOf(githubClaims({ sub })), /no claim "sub"/);
  });

  it('can be words or booleans', () => {
    const gitlab: ClaimMapping = {
      nameClaim: 'sub',
      groupsClaim: 'groups_direct',
      prefix: 'gitlab:',
      require: rules({ project_path: 'acme/*' }),
      groups: [{ group: 'payments-jobs', when: rules({ ref_protected: 'true' }) }],
    };
    const owners = 'gitlab:acme/payments-owners';
    assert.deepEqual(groupsOf(gitlabClaims(), gitlab), ['payments-jobs', owners]);
    assert.deepEqual(groupsOf(gitlabClaims({ ref_protected: true }), gitlab), ['payments-jobs', owners]);
    for (const ref_protected of ['false', false, 'TRUE', 1])
      assert.deepEqual(groupsOf(gitlabClaims({ ref_protected }), gitlab), [owners]);
  });

  it('cannot give a name or group without the prefix of the issuer, or one that is too long', () => {
    const claimed: ClaimMapping = {
      nameClaim: 'actor',
      groupsClaim: 'environment',
      prefix: 'x:',
      require: new Map(),
      groups: [],
    };
    const caller = callerOfClaims(githubClaims({ environment: 'platform', actor: 'root' }), claimed);
    assert.deepEqual([caller.name, caller.groups], ['x:root', ['x:platform']]);
    assert.match(refusalOf(githubClaims({ actor: 'a'.repeat(199) }), claimed), /no claim "actor"/);
    const inherited: ClaimMapping = { ...claimed, nameClaim: 'constructor.name' };
    assert.match(refusalOf(githubClaims(), inherited), /no claim/);
  });
});
