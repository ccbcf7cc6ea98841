import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { lintFile } from '../../pipeline/lint.ts';

const MONITOR: JsonObject = { type: 'query alert', query: 'avg(last_5m):avg:a.b{*} > 2', name: 'Deep' };
const NONE = 'Nobody is notified: the monitor names no recipient.';

/** Returns the pointer and the message of each finding about notifications that reach nobody. */
function nobody(body: JsonObject): string[] {
  return lintFile(body)
    .filter(({ code }) => code === 'nobody_notified')
    .map(({ severity, pointer, message }) => {
      assert.equal(severity, 'warning');
      return `${pointer} ${message}`;
    });
}

const WARNED = { thresholds: { critical: 2, warning: 1 } };
const MONITORS: readonly (readonly [title: string, more: JsonObject, findings: readonly string[]])[] = [
  ['without a message', {}, [`/name ${NONE}`]],
  ['with an empty message', { message: '' }, [`/message ${NONE}`]],
  ['whose name has a handle, which is not read', { name: '@slack-a', message: 'x' }, [`/message ${NONE}`]],
  ['with a handle in a comment', { message: '{{!-- @slack-a --}}' }, [`/message ${NONE}`]],
  ['with a recipient', { message: 'x @slack-a' }, []],
  ['with a recipient and a warning', { message: '@slack-a', options: WARNED }, []],
  ['with recipients by tag', { message: '{{#is_match "env" "prod"}}@slack-a{{/is_match}}' }, []],
  ['with recipients by priority', { message: '{{#is_priority "1"}}@slack-a{{/is_priority}}' }, []],
  ['with recipients when it is no recovery', { message: '{{^is_recovery}}@a{{/is_recovery}}' }, []],
  ['with recipients in the other branch', { message: '{{#is_recovery}}x{{else}}@a{{/is_recovery}}' }, []],
  [
    'with recipients of alerts and a warning',
    { message: '{{#is_alert}}@a{{/is_alert}}', options: WARNED },
    ['/message Nobody is notified of warnings.'],
  ],
  [
    'with recipients of warnings after alerts only',
    {
      message: '{{#is_alert}}@a{{/is_alert}}{{#is_alert_to_warning}}@a{{/is_alert_to_warning}}',
      options: WARNED,
    },
    ['/message Nobody is notified of warnings.'],
  ],
  [
    'with recipients of alerts, a warning and missing data',
    {
      message: '{{#is_alert}}@a{{/is_alert}}',
      options: { ...WARNED, notify_no_data: true, no_data_timeframe: 10 },
    },
    ['/message Nobody is notified of warnings or missing data.'],
  ],
  [
    'with recipients of recovery only',
    { message: '{{#is_recovery}}@a{{/is_recovery}}' },
    ['/message Nobody is notified of alerts, only of recovery.'],
  ],
  [
    'with recipients when there is no alert',
    { message: '{{^is_alert}}@a{{/is_alert}}', options: WARNED },
    ['/message Nobody is notified of alerts, only of warnings and missing data and recovery.'],
  ],
  [
    'that is meant to notify of missing data',
    { message: '{{#is_no_data}}@a{{/is_no_data}}', options: { on_missing_data: 'show_and_notify_no_data' } },
    [],
  ],
  [
    'that cannot notify of missing data',
    { message: '{{#is_no_data}}@a{{/is_no_data}}' },
    ['/message Nobody is notified of alerts, only of missing data.'],
  ],
  ['that is a draft', { draft_status: 'draft' }, []],
  ['whose misspelt message has a finding', { mesage: 'x' }, []],
  ['whose message is invalid', { message: '{{#is_alert}} x' }, []],
  ['that ignores it', { lint: { ignore: [{ code: 'nobody_notified', because: 'By a rule.' }] } }, []],
];

describe('a monitor', () => {
  for (const [title, more, findings] of MONITORS)
    it(`${title}: ${findings.length === 0 ? 'no finding' : 'one finding'}`, () => {
      assert.deepEqual(nobody({ ...MONITOR, ...more }), findings);
      const entry = { key: 'm', ...MONITOR, ...more };
      const document = { application: 'a', team: 't', monitors: [entry] };
      assert.deepEqual(
        nobody(document),
        findings.map((finding) => `/monitors/0${finding}`),
      );
    });
});

const ALERT: JsonObject = {
  key: 'deep',
  title: 'Deep',
  signal: { metric: 'a.b' },
  condition: { over: '5m', above: 2 },
};
const NO_RECIPIENT = 'Nobody is notified: the alert names no recipient.';
const ALERTS: readonly (readonly [
  title: string,
  more: JsonObject,
  shared: JsonObject,
  findings: readonly string[],
])[] = [
  ['without recipients', {}, {}, [`/alerts/0/title ${NO_RECIPIENT}`]],
  ['without recipients, but with a message', { message: 'x' }, {}, [`/alerts/0/message ${NO_RECIPIENT}`]],
  ['with an empty list', { notify: [] }, { notify: ['@a'] }, [`/alerts/0/notify ${NO_RECIPIENT}`]],
  ['with a recipient', { notify: ['@a'] }, {}, []],
  ['with a recipient in its message', { message: '@slack-a' }, {}, []],
  ['with the recipients of the document', {}, { notify: ['@a'] }, []],
  ['with malformed recipients of the document', {}, { notify: '@a' }, []],
  ['with misspelt recipients of the document', {}, { notfy: ['@a'] }, []],
  ['with a warning and the default transitions', warned({ notify: ['@a'] }), {}, []],
  [
    'with a warning that nobody receives',
    warned({ notify: [{ to: '@a', when: ['alert', 'recovery'] }] }),
    {},
    ['/alerts/0/notify Nobody is notified of warnings.'],
  ],
  [
    'with recipients of recovery only, in the document',
    {},
    { notify: [{ to: '@a', when: 'recovery' }] },
    ['/notify Nobody is notified of alerts, only of recovery.'],
  ],
  ['for missing data only', { notify: [{ to: '@a', when: 'no_data' }] }, {}, []],
];

function warned(more: JsonObject): JsonObject {
  return { ...more, condition: { over: '5m', above: 2, warn: 1 } };
}

describe('an alert', () => {
  for (const [title, more, shared, findings] of ALERTS)
    it(`${title}: ${findings.length === 0 ? 'no finding' : 'one finding'}`, () =>
      assert.deepEqual(
        nobody({ application: 'a', team: 't', ...shared, alerts: [{ ...ALERT, ...more }] }),
        findings,
      ));

  it('of the same document shares the finding about the recipients of the document', () => {
    const notify = [{ to: '@a', when: 'recovery' }];
    const alerts = [ALERT, { ...ALERT, key: 'b' }];
    assert.equal(nobody({ application: 'a', team: 't', notify, alerts }).length, 1);
  });

  it('has the finding at the entry if it has neither message nor title', () => {
    const { title: _, ...alert } = ALERT;
    assert.deepEqual(nobody({ application: 'a', team: 't', alerts: [alert] }), [`/alerts/0 ${NO_RECIPIENT}`]);
  });

  it('has a finding in the body of a create too', () => {
    const { key: _, ...alert } = ALERT;
    assert.deepEqual(nobody({ application: 'a', team: 't', alert }), [`/alert/title ${NO_RECIPIENT}`]);
  });
});

describe('a condition of a composite', () => {
  const { name: _, ...unnamed } = MONITOR;
  const members = [
    { ...MONITOR, key: 'slow' },
    { ...unnamed, name: 'Too many errors' },
  ];
  const composite = (query: string) => ({
    key: 'both',
    name: 'Both',
    type: 'composite',
    query,
    message: '@a',
  });
  const documentOf = (query: string) => ({
    application: 'a',
    team: 't',
    alerts: [ALERT],
    monitors: [composite(query), ...members],
  });

  it('of the same document needs no recipients, whether it is a monitor or an alert', () => {
    const query = '${monitor:slow} && ${monitor:a/too-many-errors} && ${alert:deep}';
    assert.deepEqual(nobody(documentOf(query)), []);
  });

  it('of another application is not one of the document', () =>
    assert.deepEqual(nobody(documentOf('${monitor:slow} && ${monitor:b/deep}')), [
      `/monitors/2/name ${NONE}`,
      `/alerts/0/title ${NO_RECIPIENT}`,
    ]));

  it('leaves it to the composite, which has the finding', () => {
    const { message: __, ...silent } = composite('${monitor:slow} && ${alert:deep}');
    const document = { ...documentOf(''), monitors: [silent, ...members.slice(0, 1)] };
    assert.deepEqual(nobody(document), [`/monitors/0/name ${NONE}`]);
  });
});

it('a query to try is not checked', () => {
  const { name: _, ...query } = MONITOR;
  assert.deepEqual(nobody(query), []);
  assert.deepEqual(nobody({ application: 'a', team: 't', monitor: query }), [`/monitor ${NONE}`]);
});

it('a field that is not managed is not checked', () => {
  const monitors = [{ ...MONITOR, key: 'm', unmanaged: ['/message'] }];
  assert.deepEqual(nobody({ application: 'a', team: 't', monitors }), []);
});
