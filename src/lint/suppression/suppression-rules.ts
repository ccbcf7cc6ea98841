import { nearest } from '../nearest.ts';
import type { Hit, RuleFix } from '../rule.ts';
import type { Suppression, SuppressionRule, SuppressionView } from './suppression-view.ts';
import { isNoRule } from './told-otherwise.ts';

const WITHOUT_ANY: RuleFix = { title: 'Take out lint', edits: [{ path: ['lint'], remove: true }] };

/** The `lint` field of an object. No finding of these can be suppressed. */
export const SUPPRESSION_RULES: readonly SuppressionRule[] = [
  {
    code: 'suppression_malformed',
    severity: 'error',
    summary: 'What is to be ignored cannot be told.',
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
      because: The average of one window is its sum here.
`,
    check: ({ misshapes }) =>
      misshapes.values().map(({ path, message }) => ({
        path,
        message: `Birddog cannot tell what to ignore: ${message}`,
        hint: 'Write a list: lint: {ignore: [{code: CODE, because: REASON}]}.',
      })),
  },
  {
    code: 'suppression_unknown',
    severity: 'warning',
    summary: 'A code is to be ignored that no rule has.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: ⟦as_count_witout_sum⟧
      because: The average of one window is its sum here.
`,
    good: `type: query alert
query: avg(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - code: as_count_without_sum
      because: The average of one window is its sum here.
`,
    check: (view) =>
      view.entries
        .values()
        .filter(({ code }) => !view.codes.has(code) && !isNoRule(code))
        .map((entry) => misspelt(entry, view)),
  },
  {
    code: 'suppression_not_allowed',
    severity: 'warning',
    summary: 'A code is to be ignored that cannot be.',
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
        .filter(({ code }) => isNoRule(code))
        .map(({ path, code }) => ({
          path: [...path, 'code'],
          message: `This ignores nothing: ${code} is told whatever stands here.`,
          hint: `Mend what ${code} names, and take the entry out.`,
        })),
  },
  {
    code: 'suppression_unused',
    severity: 'warning',
    summary: 'What is to be ignored is not found any more.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
lint:
  ignore:
    - ⟦code: as_count_without_sum⟧
      because: The average of one window is its sum here.
`,
    good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
    check: (view) => {
      const unused = view.entries.filter((entry) => isUnused(entry, view));
      // A list from which all is gone is of no use either.
      const all = unused.length === view.entries.length && view.misshapes.length === 0;
      return unused.map(({ path, code, repeated }) => ({
        path,
        message: repeated
          ? `This ignores nothing: ${code} is ignored by an entry above.`
          : `This ignores nothing: ${code} is not found here any more.`,
        hint: 'Take the entry out.',
        fix: all ? WITHOUT_ANY : { title: `Take out ${code}`, edits: [{ path, remove: true }] },
      }));
    },
  },
  {
    code: 'suppression_without_reason',
    severity: 'warning',
    summary: 'Something is ignored, and nobody says why.',
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
      because: The average of one window is its sum here.
`,
    check: ({ entries, found }) =>
      entries
        .values()
        .filter(({ code, because, repeated }) => because === '' && !repeated && found.has(code))
        .map(({ path, code }) => ({
          path,
          message: `Whoever reads this later will not know why ${code} does not matter here.`,
          hint: 'Add because: with the reason.',
        })),
  },
];

/** What is meant is certain only where a rule of nearly this code has found something. */
function misspelt({ path, code }: Suppression, { codes, found }: SuppressionView): Hit {
  const meant = nearest(code, found);
  const near = meant ?? nearest(code, codes);
  const place = [...path, 'code'];
  return {
    path: place,
    message: `This ignores nothing: no rule that looks at this object has the code "${code}".`,
    hint: near === undefined ? 'Take the entry out.' : `Did you mean ${near}?`,
    ...(meant === undefined
      ? {}
      : { fix: { title: `Write ${meant}`, edits: [{ path: place, value: meant }] } }),
  };
}

function isUnused({ code, repeated }: Suppression, { codes, found, whole }: SuppressionView): boolean {
  return codes.has(code) && (repeated || (whole && !found.has(code)));
}
