import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Json, JsonObject } from '../../domain/json.ts';
import { lintDashboard } from '../dashboard/lint-dashboard.ts';
import { lintMonitor } from '../monitor/lint-monitor.ts';

const COUNTED = { type: 'query alert', query: 'avg(last_5m):sum:a{*}.as_count() > 1' };
const UNREADABLE = { type: 'query alert', query: 'avg(last_5m):avg:a{* > 1' };
const CODE = 'as_count_without_sum';
const WHY = 'One window has one count here.';

function findingsOf(object: JsonObject, lint: Json, lintObject = lintMonitor, pointer = ''): string[] {
  return lintObject({ ...object, lint }, pointer).map(
    (finding) => `${finding.severity} ${finding.code} ${finding.pointer}`,
  );
}

describe('a suppression', () => {
  it('drops every warning and error with its code', () => {
    assert.deepEqual(findingsOf(COUNTED, { ignore: [{ code: CODE, because: WHY }] }), []);
    assert.deepEqual(findingsOf(UNREADABLE, { ignore: [{ code: 'query_syntax', because: WHY }] }), []);
    const dashboard = {
      title: 'x',
      layout_type: 'ordered',
      widgets: [{ definition: { type: 'note' } }, { definition: { type: 'image' } }],
    };
    const ignore = [{ code: 'widget_incomplete', because: WHY }];
    assert.deepEqual(findingsOf(dashboard, { ignore }, lintDashboard), []);
  });

  it('keeps all other findings', () => {
    const twice = { ...COUNTED, message: '{{#is_alert}}' };
    assert.deepEqual(findingsOf(twice, { ignore: [{ code: CODE, because: WHY }] }), [
      'error message_syntax /message',
    ]);
    assert.deepEqual(findingsOf(COUNTED, {}), [`warning ${CODE} /query`]);
    assert.deepEqual(findingsOf(COUNTED, { ignore: [] }), [`warning ${CODE} /query`]);
  });

  const MALFORMED: readonly [description: string, lint: Json, expected: string[]][] = [
    ['null', null, ['error suppression_malformed /lint']],
    ['a list', [CODE], ['error suppression_malformed /lint']],
    ['an unknown field', { ignored: [] }, ['error suppression_malformed /lint/ignored']],
    ['a string', { ignore: CODE }, ['error suppression_malformed /lint/ignore']],
    ['a list of strings', { ignore: [CODE] }, ['error suppression_malformed /lint/ignore/0']],
    [
      'an entry without a code',
      { ignore: [{ because: WHY }] },
      ['error suppression_malformed /lint/ignore/0'],
    ],
    [
      'an entry with a blank code',
      { ignore: [{ code: ' ' }] },
      ['error suppression_malformed /lint/ignore/0/code'],
    ],
    [
      'an entry with a number as the code',
      { ignore: [{ code: 1 }] },
      ['error suppression_malformed /lint/ignore/0/code'],
    ],
    [
      'an entry with an unknown field',
      { ignore: [{ code: CODE, reason: WHY }] },
      ['error suppression_malformed /lint/ignore/0/reason'],
    ],
    [
      'an entry whose reason is not a string',
      { ignore: [{ code: CODE, because: true }] },
      ['error suppression_malformed /lint/ignore/0/because'],
    ],
  ];
  for (const [description, lint, expected] of MALFORMED) {
    it(`is rejected and has no effect if it is ${description}`, () =>
      assert.deepEqual(findingsOf(COUNTED, lint), [`warning ${CODE} /query`, ...expected]));
  }

  it('works without a reason, with a warning; a blank reason and null count as no reason', () => {
    for (const reason of [{}, { because: '' }, { because: ' \n' }, { because: null }]) {
      assert.deepEqual(findingsOf(COUNTED, { ignore: [{ code: CODE, ...reason }] }), [
        'warning suppression_without_reason /lint/ignore/0',
      ]);
    }
  });

  it('cannot ignore contract findings or findings about suppressions', () => {
    for (const code of ['marker_written', 'missing_member', 'alert', 'suppression_unused']) {
      const lint = { ignore: [{ code, because: WHY }] };
      assert.deepEqual(findingsOf({ ...COUNTED, query: 'sum(last_5m):sum:a{*}.as_count() > 1' }, lint), [
        'warning suppression_not_allowed /lint/ignore/0/code',
      ]);
    }
  });

  it('is reported if no rule for the object has the code', () => {
    const ignore = [{ code: 'widget_incomplete', because: WHY }];
    assert.deepEqual(findingsOf(COUNTED, { ignore }), [
      `warning ${CODE} /query`,
      'warning suppression_unknown /lint/ignore/0/code',
    ]);
  });

  it('is reported if it matches no finding or is a duplicate', () => {
    const entry = { code: CODE, because: WHY };
    const unused = 'warning suppression_unused /lint/ignore';
    assert.deepEqual(findingsOf(COUNTED, { ignore: [entry, entry] }), [`${unused}/1`]);
    assert.deepEqual(findingsOf(COUNTED, { ignore: [{ ...entry, code: 'query_syntax' }, entry] }), [
      `${unused}/0`,
    ]);
  });

  it('is not reported as unused for fields that an update leaves out', () => {
    const lint = { ignore: [{ code: 'block_never_fires', because: WHY }] };
    assert.deepEqual(
      lintMonitor({ ...COUNTED, query: 'avg(last_5m):avg:a{*} > 1', lint }, '', { whole: false }),
      [],
    );
    assert.deepEqual(lintMonitor({ tags: ['a'], lint }, ''), []);
  });

  it('is reported at the position of the object', () => {
    const lint = { ignore: [{ code: 'x', because: WHY }] };
    assert.deepEqual(findingsOf(COUNTED, lint, lintMonitor, '/monitors/3'), [
      `warning ${CODE} /monitors/3/query`,
      'warning suppression_unknown /monitors/3/lint/ignore/0/code',
    ]);
  });
});

describe('a fix of a suppression', () => {
  const fixOf = (object: JsonObject, ignore: Json) =>
    lintMonitor({ ...object, lint: { ignore } }, '/monitor').flatMap(({ code, fix }) =>
      fix && code.startsWith('suppression') ? [fix] : [],
    );

  it('removes the unused entry, and the whole field with the last entry', () => {
    const stale = { code: 'query_syntax', because: WHY };
    assert.deepEqual(fixOf(COUNTED, [{ code: CODE, because: WHY }, stale]), [
      { title: 'Remove query_syntax', edits: [{ pointer: '/monitor/lint/ignore/1', remove: true }] },
    ]);
    const whole = { title: 'Remove lint', edits: [{ pointer: '/monitor/lint', remove: true }] };
    const clean = { ...COUNTED, query: 'avg(last_5m):avg:a{*} > 1' };
    assert.deepEqual(fixOf(clean, [stale, { ...stale, code: CODE }]), [whole, whole]);
  });

  it('corrects a misspelt code only if the meant code has a finding', () => {
    const ignore = [{ code: 'as_count_witout_sum', because: WHY }];
    assert.deepEqual(fixOf(COUNTED, ignore), [
      {
        title: `Change to ${CODE}`,
        edits: [{ pointer: '/monitor/lint/ignore/0/code', value: CODE }],
      },
    ]);
    assert.deepEqual(fixOf({ ...COUNTED, query: 'avg(last_5m):avg:a{*} > 1' }, ignore), []);
  });
});
