import type { RuleFix } from '../../rule.ts';
import type { Suppression, SuppressionRule, SuppressionView } from '../suppression-view.ts';

export const suppressionUnused: SuppressionRule = {
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
};

const WITHOUT_ANY: RuleFix = { title: 'Take out lint', edits: [{ path: ['lint'], remove: true }] };

function isUnused({ code, repeated }: Suppression, { codes, found, whole }: SuppressionView): boolean {
  return codes.has(code) && (repeated || (whole && !found.has(code)));
}
