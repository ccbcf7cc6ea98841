import { nearest } from '../nearest.ts';
import type { Violation, RuleFix } from '../rule.ts';
import type { Suppression, SuppressionRule, SuppressionView } from './suppression-view.ts';

const REMOVE_LINT: RuleFix = { title: 'Remove lint', edits: [{ path: ['lint'], remove: true }] };

/** Codes of contract findings. They cannot be ignored, because the object cannot be sent or found again until they are fixed. */
const CONTRACT_CODES: ReadonlySet<string> = new Set([
  'alert',
  'conflicting_value',
  'default_changed',
  'key_from_name',
  'marker_conflict',
  'marker_written',
  'missing_member',
  'more_findings',
  'never_managed',
  'no_key',
  'unknown_member',
  'wrong_value',
]);

/** Rules about the field `lint` of an object. No finding of these can be suppressed. */
export const SUPPRESSION_RULES: readonly SuppressionRule[] = [
  {
    code: 'suppression_malformed',
    severity: 'error',
    summary: 'The list of findings to ignore is malformed.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore: ⟦as_count_without_sum⟧
`,
    good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of each window equals its sum.
`,
    check: ({ shapeErrors }) =>
      shapeErrors.values().map(({ path, message }) => ({
        path,
        message: `The suppression is malformed: ${message}`,
        hint: 'Use a list: lint: {ignore: [{code: CODE, because: REASON}]}.',
      })),
  },
  {
    code: 'suppression_unknown',
    severity: 'warning',
    summary: 'A suppression has an unknown code.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: ⟦as_count_witout_sum⟧
      because: The average of each window equals its sum.
`,
    good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of each window equals its sum.
`,
    check: (view) =>
      view.entries
        .values()
        .filter(({ code }) => !view.codes.has(code) && !isContractCode(code))
        .map((entry) => unknownCode(entry, view)),
  },
  {
    code: 'suppression_not_allowed',
    severity: 'warning',
    summary: 'A suppression has a code that cannot be ignored.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
lint:
  ignore:
    - code: ⟦wrong_value⟧
      because: It has always been so.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
    check: ({ entries }) =>
      entries
        .values()
        .filter(({ code }) => isContractCode(code))
        .map(({ path, code }) => ({
          path: [...path, 'code'],
          message: `The suppression has no effect: ${code} cannot be ignored.`,
          hint: `Fix the cause of ${code}, and remove the entry.`,
        })),
  },
  {
    code: 'suppression_unused',
    severity: 'warning',
    summary: 'A suppression matches no finding.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - ⟦code: as_count_without_sum⟧
      because: The average of each window equals its sum.
`,
    good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
    check: (view) => {
      const unused = view.entries.filter((entry) => isUnused(entry, view));
      // Removes the whole list if no entry remains.
      const all = unused.length === view.entries.length && view.shapeErrors.length === 0;
      return unused.map(({ path, code, duplicate }) => ({
        path,
        message: duplicate
          ? `The suppression has no effect: an entry above already ignores ${code}.`
          : `The suppression has no effect: there is no finding ${code}.`,
        hint: 'Remove the entry.',
        fix: all ? REMOVE_LINT : { title: `Remove ${code}`, edits: [{ path, remove: true }] },
      }));
    },
  },
  {
    code: 'suppression_without_reason',
    severity: 'warning',
    summary: 'A suppression has no reason.',
    bad: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - ⟦code: as_count_without_sum⟧
`,
    good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of each window equals its sum.
`,
    check: ({ entries, found }) =>
      entries
        .values()
        .filter(({ code, because, duplicate }) => because === '' && !duplicate && found.has(code))
        .map(({ path, code }) => ({
          path,
          message: `The suppression of ${code} has no reason.`,
          hint: 'Add the reason as because.',
        })),
  },
];

/** Offers a fix only if a rule with a similar code has a finding. */
function unknownCode({ path, code }: Suppression, { codes, found }: SuppressionView): Violation {
  const meant = nearest(code, found);
  const near = meant ?? nearest(code, codes);
  const place = [...path, 'code'];
  return {
    path: place,
    message: `The suppression has no effect: no rule for this object has the code "${code}".`,
    hint: near === undefined ? 'Remove the entry.' : `Did you mean ${near}?`,
    ...(meant === undefined
      ? {}
      : { fix: { title: `Change to ${meant}`, edits: [{ path: place, value: meant }] } }),
  };
}

function isUnused({ code, duplicate }: Suppression, { codes, found, whole }: SuppressionView): boolean {
  // Findings about unknown recipients depend on a list that is not always known.
  return codes.has(code) && (duplicate || (whole && !found.has(code) && code !== 'handle_unknown'));
}

/** Returns whether a finding with this code cannot be ignored. */
function isContractCode(code: string): boolean {
  return CONTRACT_CODES.has(code) || code.startsWith('suppression_');
}
