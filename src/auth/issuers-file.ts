import { z } from 'zod';
import { readYamlFile } from '../contract/read-yaml-file.ts';
import { isName } from '../domain/caller.ts';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { serviceUrl } from '../runtime/settings.ts';
import type { ClaimRules } from './claims.ts';
import { ENV_ISSUER, oidcIssuer, type OidcSettings } from './settings.ts';

/** Maximum numbers of entries. Each issuer is a value of a metric's label, and each rule is tried for every token. */
const MAX = { issuers: 20, audience: 20, claims: 50, values: 100, groups: 1000 };

const text = (what: string) => z.string(`${what} must be a string`);
const claimName = (what: string) => text(what).min(1, `${what} must not be empty`);
/** Checked by `ruleFaults`, which points at the single claim. */
const claimRules = (what: string) => z.record(z.string(), z.unknown(), `${what} must be an object of claims`);
const url = (what: string, read: (value: string) => unknown) =>
  text(what).refine((value) => {
    try {
      read(value);
      return true;
    } catch {
      return false;
    }
  }, `${what} must be an https URL without a query`);

const groupSchema = z.strictObject(
  {
    group: text('group').refine(isName, 'group must have 1 to 200 characters and no control characters'),
    when: claimRules('when'),
  },
  'an entry of groups must be an object with group and when',
);
const issuerSchema = z.strictObject(
  {
    name: text('name').regex(
      /^[a-z][a-z0-9-]{0,29}$/,
      'name must have 1 to 30 lower-case letters, digits and "-", and begin with a letter',
    ),
    issuer: url('issuer', oidcIssuer),
    audience: z
      .array(
        text('an audience').min(1, 'an audience must not be empty'),
        'audience must be a list of the accepted audiences',
      )
      .min(1, 'audience must have at least one entry')
      .max(MAX.audience, `audience must have at most ${MAX.audience} entries`),
    jwks_url: url('jwks_url', serviceUrl).optional(),
    name_claim: claimName('name_claim').optional(),
    groups_claim: claimName('groups_claim').optional(),
    require: claimRules('require').optional(),
    groups: z
      .array(groupSchema, 'groups must be a list')
      .max(MAX.groups, `groups must have at most ${MAX.groups} entries`)
      .optional(),
  },
  'an issuer must be an object with name, issuer and audience',
);
const fileSchema = z.strictObject(
  {
    issuers: z
      .array(issuerSchema, 'issuers must be a list')
      .max(MAX.issuers, `issuers must have at most ${MAX.issuers} entries`),
  },
  'the file must be an object with issuers',
);
type IssuerEntry = z.infer<typeof issuerSchema>;

/**
 * Issuers that give everybody a token, with the claims that tell whose it is. `require` must limit one of them, because a
 * stranger chooses every other claim.
 */
const OPEN_ISSUERS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'https://token.actions.githubusercontent.com',
    ['repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'enterprise', 'enterprise_id'],
  ],
  ['https://gitlab.com', ['project_path', 'project_id', 'namespace_path', 'namespace_id']],
]);

/**
 * Reads the issuers file. `fromEnvironment` is the issuer of BIRDDOG_OIDC_ISSUER, which the file must not repeat. Throws Error
 * with a line for each mistake.
 */
export async function readIssuersFile(
  bytes: Buffer,
  skewMs: number,
  fromEnvironment: string | undefined,
): Promise<readonly OidcSettings[]> {
  const { issuers } = await readYamlFile(bytes, fileSchema, (file) =>
    faultsOf(file.issuers, fromEnvironment),
  );
  return issuers.map((entry) => ({
    name: entry.name,
    issuer: entry.issuer,
    audience: entry.audience,
    jwksUrl: entry.jwks_url === undefined ? undefined : new URL(entry.jwks_url),
    skewMs,
    nameClaim: entry.name_claim ?? 'sub',
    ...(entry.groups_claim === undefined ? {} : { groupsClaim: entry.groups_claim }),
    prefix: `${entry.name}:`,
    require: rulesOf(entry.require),
    groups: (entry.groups ?? []).map(({ group, when }) => ({ group, when: rulesOf(when) })),
  }));
}

function rulesOf(rules: Readonly<Record<string, unknown>> = {}): ClaimRules {
  return new Map(
    Object.entries(rules).map(([claim, wanted]) => [
      claim,
      [wanted].flat().filter((value) => typeof value === 'string'),
    ]),
  );
}

function faultsOf(issuers: readonly IssuerEntry[], fromEnvironment: string | undefined): Finding[] {
  const findings = new Findings();
  const names = new Map([[ENV_ISSUER, 'BIRDDOG_OIDC_ISSUER']]);
  const addresses = new Map(fromEnvironment === undefined ? [] : [[fromEnvironment, 'BIRDDOG_OIDC_ISSUER']]);
  for (const [at, entry] of issuers.entries()) {
    const pointer = pointerTo('', 'issuers', at);
    for (const [field, seen] of [
      ['name', names],
      ['issuer', addresses],
    ] as const) {
      const earlier = seen.get(entry[field]);
      if (earlier !== undefined)
        findings.add(fault(`${earlier} has the same ${field}.`, pointerTo(pointer, field)));
      seen.set(entry[field], `Entry ${at + 1}`);
    }
    for (const [field, rules] of ruleSets(entry, pointer)) addRuleFaults(findings, rules, field);
    addOpenIssuerFault(findings, entry, pointer);
  }
  return findings.list();
}

function ruleSets(
  { require = {}, groups = [] }: IssuerEntry,
  pointer: Pointer,
): [field: Pointer, rules: Readonly<Record<string, unknown>>][] {
  return [
    [pointerTo(pointer, 'require'), require],
    ...groups.map(({ when }, at): [Pointer, typeof when] => [pointerTo(pointer, 'groups', at, 'when'), when]),
  ];
}

function addRuleFaults(findings: Findings, rules: Readonly<Record<string, unknown>>, pointer: Pointer): void {
  const wanted = Object.entries(rules);
  if (wanted.length > MAX.claims) findings.add(fault(`At most ${MAX.claims} claims are allowed.`, pointer));
  // An entry without claims would give its group to everybody.
  if (wanted.length === 0 && pointer.endsWith('/when'))
    findings.add(fault('when must have at least one claim.', pointer));
  for (const [claim, value] of wanted) {
    const values = [value].flat();
    const isValid = values.every((one) => typeof one === 'string' && one !== '');
    if (!isValid || values.length === 0 || values.length > MAX.values) {
      const message = `A claim must have a string, or a list of 1 to ${MAX.values} strings. Put quotes around numbers, true and false.`;
      findings.add(fault(message, pointerTo(pointer, claim)));
    }
  }
}

function addOpenIssuerFault(findings: Findings, entry: IssuerEntry, pointer: Pointer): void {
  const claims = OPEN_ISSUERS.get(entry.issuer);
  if (!claims) return;
  const rules = rulesOf(entry.require);
  const isLimited = claims.some((claim) => {
    const values = rules.get(claim) ?? [];
    // A pattern within the owner's name also matches the names of strangers.
    return values.length > 0 && values.every((value) => !(value.split('/')[0] ?? '').includes('*'));
  });
  if (isLimited) return;
  const message = `Everybody can get a token of this issuer. require must limit ${claims.join(', ')} (one of them), with a complete owner.`;
  findings.add(fault(message, pointerTo(pointer, 'issuer')));
}

function fault(message: string, pointer: Pointer): Finding {
  return { code: 'wrong_value', severity: 'error', message, pointer };
}
