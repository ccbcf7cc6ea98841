import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';
import type { Suppression, SuppressionRule, SuppressionView } from '../suppression-view.ts';
import { isNoRule } from '../told-otherwise.ts';

export const suppressionUnknown: SuppressionRule = {
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
};

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
