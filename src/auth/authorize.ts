import type { Caller } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Decoded } from '../format/decoded.ts';
import { toldFindings } from '../pipeline/refuse.ts';
import type { AccessRule, Right } from './access-file.ts';
import type { Want } from './required-permissions.ts';

/** Groups named in an answer; of more it is said how many. */
const MAX_SHOWN = 10;

/**
 * Throws `forbidden` unless the rules grant the caller every permission that the request needs. Decides from the rules alone,
 * so that a refusal does not reveal which objects exist.
 */
export function authorise(
  rules: readonly AccessRule[],
  caller: Caller,
  wants: readonly Want[],
  body: Pick<Decoded, 'locate'> | undefined,
): void {
  const groups = new Set(caller.groups);
  const own = rules.filter((rule) => rule.groups.some((group) => groups.has(group)));
  const lacking = wants.find((want) => !own.some((rule) => grants(rule, want)));
  if (lacking) throw forbidden(rules, caller, lacking, body);
}

/**
 * Throws `forbidden` when the caller lacks the permission for every application, so that its body
 * need not be read. Where the application is known already, the check is exact.
 */
export function precheck(
  rules: readonly AccessRule[],
  caller: Caller,
  right: Right,
  application: string | undefined,
): void {
  if (application !== undefined) return authorise(rules, caller, [{ right, application }], undefined);
  const groups = new Set(caller.groups);
  const allowed = rules.filter(({ may }) => grantsRight(may, right));
  if (allowed.some((rule) => rule.groups.some((group) => groups.has(group)))) return;
  const may = [...new Set(allowed.flatMap((rule) => rule.groups))].sort();
  throw new ProblemError('forbidden', `${named(caller)} may not ${right} any application. ${whoMay(may)}`, {
    members: { wanted: { right }, groups: may.slice(0, MAX_SHOWN) },
  });
}

function grantsRight(may: readonly Right[], right: Right): boolean {
  return may.includes(right) || (right === 'read' && may.includes('write'));
}

/** Whether one rule grants it. A name in a catalog is granted with the application it is given to. */
function grants({ applications, may, catalogs = [] }: AccessRule, want: Want): boolean {
  const { right, application, knownAs } = want;
  if (!grantsRight(may, right) || !applications.some((pattern) => matches(pattern, application)))
    return false;
  return knownAs === undefined || [...applications, ...catalogs].some((pattern) => matches(pattern, knownAs));
}

/** What is wanted, in words. */
const SENTENCES: Readonly<Record<Want['right'], (application: string) => string>> = {
  read: (application) => `read the application "${application}"`,
  write: (application) => `write the application "${application}"`,
  adopt: (application) =>
    `take objects that nobody manages into the application "${application}", or look for such (the right "adopt")`,
};

function forbidden(
  rules: readonly AccessRule[],
  caller: Caller,
  want: Want,
  body: Pick<Decoded, 'locate'> | undefined,
): ProblemError {
  const { right, application, knownAs, pointer } = want;
  const may = [...new Set(rules.filter((rule) => grants(rule, want)).flatMap((rule) => rule.groups))].sort();
  const what = `${SENTENCES[right](application)}${knownAs === undefined ? '' : ` as what a catalog calls "${knownAs}"`}`;
  const detail = `${named(caller)} may not ${what}. ${whoMay(may)}`;
  const finding = { code: 'forbidden', severity: 'error', message: `This is to ${what}.` } as const;
  return new ProblemError('forbidden', detail, {
    members: { wanted: { right, application }, groups: may.slice(0, MAX_SHOWN) },
    ...(pointer === undefined ? {} : { findings: toldFindings([{ ...finding, pointer }], body) }),
  });
}

function named({ name, groups }: Caller): string {
  return `${name} (${groups?.length ? `of ${listed(groups)}` : 'of no group'})`;
}

function whoMay(groups: readonly string[]): string {
  return groups.length > 0 ? `Who may: ${listed(groups)}.` : 'No group may.';
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_SHOWN;
  return `${names.slice(0, MAX_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * Whether a pattern matches a whole name, letter by letter. `*` stands for any characters, also for none; everything else
 * for itself. Takes time in proportion to both lengths.
 */
export function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
