import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ProblemError } from '../domain/problem.ts';
import { type AccessRule, readAccessFile, RIGHTS } from './access-file.ts';
import { authorise, precheck } from './authorize.ts';
import type { Want } from './required-permissions.ts';

/** Names that are prefixes of one another, or differ in case, in a dot, or in a blank. */
const GROUPS = ['app', 'app-a', 'App-A', 'app-a ', 'app-ab', 'constructor', '__proto__', 'a.b'] as const;
const APPLICATIONS = ['a', 'app', 'app-a', 'app-ab', 'app-a-b', 'my-app-a', 'app.a', 'appxa', 'tostring'];
const PATTERNS = [...APPLICATIONS, '*', 'app-*', '*-a', 'app*a', 'a*p*a', 'app-a*', '*app-a', '**', 'app.*'];
const ALIASES = ['App A', 'App AB', 'app-a', 'App', 'My App A'];

const someOf = (names: readonly string[], minLength: number) =>
  fc.uniqueArray(fc.constantFrom(...names), { minLength, maxLength: 3 });
const rule = fc.record(
  {
    groups: someOf(GROUPS, 1),
    applications: someOf(PATTERNS, 1),
    may: fc.uniqueArray(fc.constantFrom(...RIGHTS), { minLength: 1, maxLength: 2 }),
    catalogs: someOf([...ALIASES, 'App *', '*'], 0),
  },
  { requiredKeys: ['groups', 'applications', 'may'] },
);
const want = fc.record(
  {
    right: fc.constantFrom(...RIGHTS),
    application: fc.constantFrom(...APPLICATIONS),
    knownAs: fc.constantFrom(...ALIASES),
  },
  { requiredKeys: ['right', 'application'] },
);
const groups = fc.option(someOf([...GROUPS, 'nobody', '', '*'], 0), { nil: undefined });

/** Whether a pattern means a name: the first letter is the same, or the star stands for none or one more. */
function means(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern.startsWith('*'))
    return means(pattern.slice(1), name) || (name !== '' && means(pattern, name.slice(1)));
  return name[0] === pattern[0] && means(pattern.slice(1), name.slice(1));
}

function mayDo(
  rules: readonly AccessRule[],
  own: readonly string[],
  { right, application, knownAs }: Want,
): boolean {
  return rules.some((one) => {
    if (!one.groups.some((group) => own.some((name) => name === group))) return false;
    if (!one.may.some((may) => may === right || (may === 'write' && right === 'read'))) return false;
    if (!one.applications.some((pattern) => means(pattern, application))) return false;
    const names = [...one.applications, ...(one.catalogs ?? [])];
    return knownAs === undefined || names.some((pattern) => means(pattern, knownAs));
  });
}

const isRefused = (work: () => void): boolean => {
  try {
    work();
    return false;
  } catch (error) {
    assert.ok(error instanceof ProblemError && error.code === 'forbidden', String(error));
    return true;
  }
};

it('a caller may do what some rule of one of its groups grants, and nothing else', async () => {
  const seen = { granted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 8, size: 'max' }),
      groups,
      fc.array(want, { minLength: 1, maxLength: 2 }),
      async (written, own, wants) => {
        const rules = await readAccessFile(Buffer.from(JSON.stringify({ rules: written })));
        const caller = { name: 'zoë', ...(own === undefined ? {} : { groups: own }) };
        const granted = wants.every((one) => mayDo(rules, own ?? [], one));
        assert.equal(
          isRefused(() => authorise(rules, caller, wants, undefined)),
          !granted,
        );
        seen[granted ? 'granted' : 'refused'] += 1;
        const [{ right, application } = { right: 'read' as const, application: '' }] = wants;
        assert.equal(
          isRefused(() => precheck(rules, caller, right === 'adopt' ? 'write' : right, application)),
          !mayDo(rules, own ?? [], { right: right === 'adopt' ? 'write' : right, application }),
        );
        if (granted && right !== 'adopt')
          assert.ok(
            !isRefused(() => precheck(rules, caller, right, undefined)),
            'the first look refuses more',
          );
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
  assert.ok(seen.granted > 80 && seen.refused > 80, JSON.stringify(seen));
});
