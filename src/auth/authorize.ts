import type { Caller } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';
import { answerFindings } from '../pipeline/refuse.ts';
import type { AccessRule, Permission } from './access-file.ts';
import { matches } from './match-name.ts';
import type { RequiredPermission } from './required-permissions.ts';

/** The maximum number of groups in a message; the rest are counted. */
const MAX_NAMES = 10;

/**
 * Throws `forbidden` unless the rules grant the caller every permission that the request requires. Depends only on the rules,
 * so that a refusal does not reveal which objects exist.
 */
export function authorize(
  rules: readonly AccessRule[],
  caller: Caller,
  required: readonly RequiredPermission[],
  body: Pick<Decoded, 'locate'> | undefined,
): void {
  const granted = grantedBy(rulesFor(rules, caller));
  const missing = required.find((permission) => !granted(permission));
  if (missing) throw forbidden(rules, caller, missing, body);
}

/** Returns whether the rules let a caller read an application. */
export function readableBy(rules: readonly AccessRule[], caller: Caller): (application: string) => boolean {
  const granted = grantedBy(rulesFor(rules, caller));
  const known = new Map<string, boolean>();
  return (application) => {
    const before = known.get(application);
    if (before !== undefined) return before;
    const may = granted({ permission: 'read', application });
    known.set(application, may);
    return may;
  };
}

/** Returns the rules for the groups of a caller. */
function rulesFor(rules: readonly AccessRule[], caller: Caller): readonly AccessRule[] {
  const groups = new Set(caller.groups);
  return rules.filter((rule) => rule.groups.some((group) => groups.has(group)));
}

/**
 * Throws `forbidden` when the caller lacks the permission for every application, so that its body
 * need not be read. If the application is already known, the check is exact.
 */
export function precheck(
  rules: readonly AccessRule[],
  caller: Caller,
  permission: Permission,
  application: string | undefined,
): void {
  if (application !== undefined) return authorize(rules, caller, [{ permission, application }], undefined);
  const groups = new Set(caller.groups);
  const allowed = rules.filter(({ may }) => includesPermission(may, permission));
  if (allowed.some((rule) => rule.groups.some((group) => groups.has(group)))) return;
  const may = [...new Set(allowed.flatMap((rule) => rule.groups))].sort();
  const isReviewer = rules.some(
    (rule) => rule.may.includes('apply_reviewed') && rule.groups.some((group) => groups.has(group)),
  );
  throw new ProblemError(
    'forbidden',
    `${describeCaller(caller)} may not ${ACTIONS[permission]('any application')}. ${describeAllowed(may)}`,
    {
      members: { wanted: { right: permission }, groups: may.slice(0, MAX_NAMES) },
      ...(permission === 'write' && isReviewer ? { hint: APPLY_A_PLAN } : {}),
    },
  );
}

/** The permissions that include a permission, itself among them. */
const INCLUDED_IN: Readonly<Record<Permission, readonly Permission[]>> = {
  read: ['read', 'apply_reviewed', 'write'],
  apply_reviewed: ['apply_reviewed', 'write'],
  write: ['write'],
  adopt: ['adopt'],
};

function includesPermission(may: readonly Permission[], permission: Permission): boolean {
  return INCLUDED_IN[permission].some((one) => may.includes(one));
}

/** The hint for a write of a caller who may only apply plans. */
const APPLY_A_PLAN =
  'The caller may only apply a reviewed plan: send a document to /apply with the `basis` of its plan. In a shell, run birddog plan --out FILE, and after the review birddog apply FILE.';

/**
 * Returns whether one of several rules grants a permission. Applications that rules name in full are found at once, so that many
 * permissions and many rules cost little; only patterns are tried one by one.
 */
function grantedBy(rules: readonly AccessRule[]): (required: RequiredPermission) => boolean {
  const exact = new Map<string, AccessRule[]>();
  const withPattern = new Set<AccessRule>();
  for (const rule of rules) {
    for (const application of rule.applications) {
      if (application.includes('*')) withPattern.add(rule);
      else if (!exact.get(application)?.push(rule)) exact.set(application, [rule]);
    }
  }
  return (required) =>
    (exact.get(required.application) ?? []).some((rule) => grants(rule, required)) ||
    withPattern.values().some((rule) => grants(rule, required));
}

/** Returns whether a rule grants a permission. A catalog name must match the applications or catalogs of the rule. */
function grants({ applications, may, catalogs = [] }: AccessRule, required: RequiredPermission): boolean {
  const { permission, application, catalogName } = required;
  if (!includesPermission(may, permission) || !applications.some((pattern) => matches(pattern, application)))
    return false;
  return (
    catalogName === undefined ||
    [...applications, ...catalogs].some((pattern) => matches(pattern, catalogName))
  );
}

/** The action that each permission allows, for messages. */
const ACTIONS: Readonly<Record<Permission, (applications: string) => string>> = {
  read: (applications) => `read ${applications}`,
  apply_reviewed: (applications) => `apply plans to ${applications} (permission "apply_reviewed")`,
  write: (applications) => `write ${applications}`,
  adopt: (applications) =>
    `adopt unmanaged objects into ${applications}, or search for them (permission "adopt")`,
};

function forbidden(
  rules: readonly AccessRule[],
  caller: Caller,
  required: RequiredPermission,
  body: Pick<Decoded, 'locate'> | undefined,
): ProblemError {
  const { permission, application, catalogName, pointer } = required;
  const may = [
    ...new Set(rules.filter((rule) => grants(rule, required)).flatMap((rule) => rule.groups)),
  ].sort();
  const action = `${ACTIONS[permission](`the application "${application}"`)}${catalogName === undefined ? '' : ` under the catalog name "${catalogName}"`}`;
  const detail = `${describeCaller(caller)} may not ${action}. ${describeAllowed(may)}`;
  const finding = {
    code: 'forbidden',
    severity: 'error',
    message: `This requires the permission to ${action}.`,
  } as const;
  return new ProblemError('forbidden', detail, {
    members: { wanted: { right: permission, application }, groups: may.slice(0, MAX_NAMES) },
    ...(permission === 'write' && mayApply(rules, caller, required) ? { hint: APPLY_A_PLAN } : {}),
    ...(pointer === undefined ? {} : { findings: answerFindings([{ ...finding, pointer }], body) }),
  });
}

/** Returns whether a caller may do with a reviewed plan what it may not do without. */
function mayApply(rules: readonly AccessRule[], caller: Caller, required: RequiredPermission): boolean {
  const groups = new Set(caller.groups);
  const reviewed = { ...required, permission: 'apply_reviewed' } as const;
  return rules.some((rule) => rule.groups.some((group) => groups.has(group)) && grants(rule, reviewed));
}

function describeCaller({ name, groups }: Caller): string {
  return `${name} (${groups?.length ? `groups: ${joinNames(groups)}` : 'no groups'})`;
}

function describeAllowed(groups: readonly string[]): string {
  return groups.length > 0 ? `Allowed groups: ${joinNames(groups)}.` : 'No group is allowed.';
}

function joinNames(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
