import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CASES, caseFiles, scenarioIn, withoutCases } from '../cases.ts';
import { lint } from './run-lint.ts';

/** The error or warning that each file has. The excerpt is the text of the file that the finding marks. */
interface Right {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly pointer: string;
  readonly column?: number;
  readonly says?: RegExp;
}

const SINGLE_QUOTES = { severity: 'error', code: 'single_quotes', pointer: '/query' } as const;
const CURRENT = {
  severity: 'error',
  code: 'evaluation_window_missing',
  pointer: '/query',
} as const;
const NOT_CURRENT = {
  severity: 'error',
  code: 'evaluation_window_unused',
  pointer: '/options/scheduling_options/evaluation_window',
} as const;
const REQUEST = '/widgets/0/definition/requests/0';

/** The right findings of each file. Further findings are allowed unless `errors` or `nothing` says otherwise. */
const RIGHT: ReadonlyMap<string, Right | 'no error' | 'no finding'> = new Map<
  string,
  Right | 'no error' | 'no finding'
>([
  ['reports-by-users/log-single-quotes.yaml', SINGLE_QUOTES],
  ['reports-by-users/rum-single-quotes.yaml', SINGLE_QUOTES],
  ['published/y-missed-single-quotes-in-logs.json', SINGLE_QUOTES],
  ['reports-by-users/forecast-interval-seconds.yaml', 'no error'],
  [
    'reports-by-users/unbalanced-parenthesis.yaml',
    {
      severity: 'error',
      code: 'query_syntax',
      pointer: '/query',
      column: 112,
      says: /unmatched "?\)|unmatched \)/,
    },
  ],
  ['reports-by-users/evaluation-window-not-current.yaml', NOT_CURRENT],
  ['published/y-missed-evaluation-window-on-last.json', NOT_CURRENT],
  ['reports-by-users/current-without-evaluation-window.yaml', CURRENT],
  ['published/y-missed-current-without-evaluation-window.json', CURRENT],
  [
    'reports-by-users/anomaly-without-threshold-windows.yaml',
    { severity: 'error', code: 'threshold_windows', pointer: '/query', says: /trigger_window/ },
  ],
  [
    'reports-by-users/anomaly-recovery-window-short.yaml',
    {
      severity: 'error',
      code: 'recovery_window_short',
      pointer: '/options/threshold_windows/recovery_window',
    },
  ],
  [
    'reports-by-users/group-retention-on-simple.yaml',
    {
      severity: 'warning',
      code: 'group_retention_ungrouped',
      pointer: '/options/group_retention_duration',
    },
  ],
  [
    'reports-by-users/is-match-without-name.yaml',
    { severity: 'warning', code: 'is_match_key', pointer: '/message', says: /host\.name/ },
  ],
  [
    'reports-by-users/formula-query-without-query.yaml',
    { severity: 'error', code: 'member_missing', pointer: `${REQUEST}/queries/0` },
  ],
  [
    'reports-by-users/rum-query-without-compute.yaml',
    { severity: 'error', code: 'member_missing', pointer: `${REQUEST}/rum_query` },
  ],
  [
    'reports-by-users/list-stream-empty-size.yaml',
    { severity: 'error', code: 'empty_choice', pointer: `${REQUEST}/query/event_size` },
  ],
  [
    'reports-by-users/fixed-without-layout.yaml',
    { severity: 'error', code: 'layout_required', pointer: '/widgets/0' },
  ],
  ['published/x-event-v2-current-1d.json', 'no error'],
  ['published/y-log-current-1d.json', 'no error'],
  [
    'published/y-message-beside-the-point-as-count-before-by.json',
    { severity: 'error', code: 'query_syntax', pointer: '/query', says: /by \{host\}/ },
  ],
  ['published/y-wrong-warning-time-monthly.json', 'no finding'],
]);

interface Reported {
  readonly severity: string;
  readonly code: string;
  readonly pointer: string;
  readonly column: number;
  readonly message: string;
  readonly hint?: string;
}

describe('lint of the cases', { skip: withoutCases }, () => {
  it('has a right value for each monitor and dashboard', () => {
    const files = withoutCases === false ? caseFiles().filter((file) => scenarioIn(file) === undefined) : [];
    assert.deepEqual([...RIGHT.keys()].toSorted(), files.toSorted());
  });

  for (const [file, right] of RIGHT)
    it(`is right for ${file}`, async () => {
      const { out } = await lint(CASES, ['--format', 'json', file]);
      const found: Reported[] = JSON.parse(out);
      const shown = JSON.stringify(found, null, 1);
      if (right === 'no finding') return assert.deepEqual(found, []);
      const errors = found.filter(({ severity }) => severity === 'error');
      if (right === 'no error') return assert.deepEqual(errors, []);
      const finding = found.find(({ code }) => code === right.code);
      assert.ok(finding !== undefined, shown);
      assert.equal(finding.severity, right.severity, shown);
      assert.equal(finding.pointer, right.pointer, shown);
      if (right.column !== undefined) assert.equal(finding.column, right.column, shown);
      if (right.says !== undefined) assert.match(`${finding.message} ${finding.hint ?? ''}`, right.says);
      // One mistake has one finding.
      assert.equal(errors.length, right.severity === 'error' ? 1 : 0, shown);
    });
});
