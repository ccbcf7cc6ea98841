import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ProblemError } from '../domain/problem.ts';
import { type AccessRule, readAccessFile, PERMISSIONS } from './access-file.ts';
import { authorize, precheck } from './authorize.ts';
import type { RequiredPermission } from './required-permissions.ts';

/** Names that are prefixes of each other, or differ in case, a dot or a space. */
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
    may: fc.uniqueArray(fc.constantFrom(...PERMISSIONS), { minLength: 1, maxLength: 2 }),
    catalogs: someOf([...ALIASES, 'App *', '*'], 0),
  },
  { requiredKeys: ['groups', 'applications', 'may'] },
);
const requiredPermission = fc.record(
  {
    permission: fc.constantFrom(...PERMISSIONS),
    application: fc.constantFrom(...APPLICATIONS),
    catalogName: fc.constantFrom(...ALIASES),
  },
  { requiredKeys: ['permission', 'application'] },
);
const groups = fc.option(someOf([...GROUPS, 'nobody', '', '*'], 0), { nil: undefined });

/** A recursive model of pattern matching: `*` matches nothing, or one more character. */
function matchesModel(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern.startsWith('*'))
    return matchesModel(pattern.slice(1), name) || (name !== '' && matchesModel(pattern, name.slice(1)));
  return name[0] === pattern[0] && matchesModel(pattern.slice(1), name.slice(1));
}

function allowsModel(
  rules: readonly AccessRule[],
  callerGroups: readonly string[],
  { permission, application, catalogName }: RequiredPermission,
): boolean {
  return rules.some((one) => {
    if (!one.groups.some((group) => callerGroups.some((name) => name === group))) return false;
    const ranks = ['read', 'apply_reviewed', 'write'];
    const includes = (may: string) =>
      may === permission || (permission !== 'adopt' && ranks.indexOf(may) > ranks.indexOf(permission));
    if (!one.may.some(includes)) return false;
    if (!one.applications.some((pattern) => matchesModel(pattern, application))) return false;
    const names = [...one.applications, ...(one.catalogs ?? [])];
    return catalogName === undefined || names.some((pattern) => matchesModel(pattern, catalogName));
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

it('a caller has exactly the permissions that the rules of its groups grant', async () => {
  const seen = { granted: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 8, size: 'max' }),
      groups,
      fc.array(requiredPermission, { minLength: 1, maxLength: 2 }),
      async (fileRules, callerGroups, required) => {
        const rules = await readAccessFile(Buffer.from(JSON.stringify({ rules: fileRules })));
        const caller = { name: 'zoë', ...(callerGroups === undefined ? {} : { groups: callerGroups }) };
        const granted = required.every((one) => allowsModel(rules, callerGroups ?? [], one));
        assert.equal(
          isRefused(() => authorize(rules, caller, required, undefined)),
          !granted,
        );
        seen[granted ? 'granted' : 'refused'] += 1;
        const [{ permission, application } = { permission: 'read' as const, application: '' }] = required;
        assert.equal(
          isRefused(() =>
            precheck(rules, caller, permission === 'adopt' ? 'write' : permission, application),
          ),
          !allowsModel(rules, callerGroups ?? [], {
            permission: permission === 'adopt' ? 'write' : permission,
            application,
          }),
        );
        if (granted && permission !== 'adopt')
          assert.ok(
            !isRefused(() => precheck(rules, caller, permission, undefined)),
            'the precheck is not stricter',
          );
      },
    ),
    { numRuns: 1000, seed: 1 },
  );
  assert.ok(seen.granted > 80 && seen.refused > 80, JSON.stringify(seen));
});
