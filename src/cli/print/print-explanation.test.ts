import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type ExplainAnswer, explainAnswerSchema } from '../../contract/explain-schema.ts';
import type { Explanation } from '../../preview/explanation.ts';
import { printExplanation } from './print-explanation.ts';

const EXPLANATION: Explanation = {
  at: '2026-11-23T12:00:00Z',
  group: 'host:a',
  groups: [
    { group: 'host:a', state: 'alert', value: 30 },
    { group: 'host:b', state: 'ok', value: 1 },
  ],
  other_groups: 3,
  window: { from: '2026-11-23T11:40:00Z', to: '2026-11-23T11:45:00Z', every_s: 60, delay_s: 900 },
  queries: [
    {
      name: 'a',
      source: 'metrics',
      text: 'sum:e{*}.as_count()',
      step_s: 60,
      step_aggregation: 'sum',
      window_aggregation: 'sum',
      points: 2,
      steps: [
        { at: '2026-11-23T11:40:00Z', value: 10 },
        { at: '2026-11-23T11:41:00Z', value: null },
        { at: '2026-11-23T11:42:00Z', value: 20 },
      ],
      other_steps: 0,
      missing: [{ from: '2026-11-23T11:41:00Z', to: '2026-11-23T11:42:00Z' }],
    },
  ],
  calculation: ['sum of a over 2 of 3 steps = 30'],
  value: 30,
  comparator: '>',
  thresholds: [{ kind: 'critical', value: 20, is_met: true }],
  state: { before: 'ok', after: 'alert', since: '2026-11-23T12:00:00Z' },
  reasons: [{ code: 'critical', text: '30 > 20 holds (critical): the state is Alert.' }],
  downtimes: [],
  notification: { sent: true, kind: 'transition', from: 'ok', to: 'alert' },
  recipients: [
    { recipient: '@a', notified: true, source: 'message', because: 'It is outside all blocks.' },
    {
      recipient: '@b',
      notified: false,
      source: 'message',
      because: 'It is within {{#is_warning}}, which does not apply.',
    },
  ],
  recent: [{ at: '2026-11-23T12:00:00Z', from: 'ok', to: 'alert' }],
};
const ANSWER: Omit<ExplainAnswer, 'explanation'> = {
  application: 'shop',
  route: 'listed',
  key: 'errors',
  id: '7',
  title: 'Errors',
  url: 'https://x/monitors/7',
  asked_at: '2026-11-23T12:00:30.000Z',
  real: [],
  notes: [],
  request_id: 'r',
};

/** Prints an answer that passes its schema. */
function printed(explanation: Partial<Explanation>): string {
  const answer = explainAnswerSchema.parse({ ...ANSWER, explanation: { ...EXPLANATION, ...explanation } });
  return printExplanation(answer, (_style, text) => text);
}

it('prints an explanation in one column of names', () => {
  assert.equal(
    printed({}),
    `errors: Errors  https://x/monitors/7
  At 2026-11-23T12:00:00Z the state of host:a is Alert, before it was OK.
  why           30 > 20 holds (critical): the state is Alert.
  window        from 2026-11-23T11:40:00Z to before 2026-11-23T11:45:00Z, 15m before the evaluation (evaluation_delay); evaluated each 1m
  query a       sum:e{*}.as_count()
                2 points in 3 steps of 1m
                10 - 20
                no value from 2026-11-23T11:41:00Z to 2026-11-23T11:42:00Z
  calculation   sum of a over 2 of 3 steps = 30
  thresholds    > critical 20 (met)
  notification  sent: OK -> Alert
                @a was notified: It is outside all blocks.
                @b was not notified: It is within {{#is_warning}}, which does not apply.
  computed      2026-11-23T12:00:00Z OK -> Alert
  others        host:b is OK (1)
                and 3 more
`,
  );
});

it('names those who were not notified once, without a notification', () => {
  const reason = { code: 'no_transition', text: 'The state did not change.' };
  const text = printed({ notification: { sent: false, reason } });
  assert.match(
    text,
    /\n {2}notification {2}not sent\. The state did not change\.\n {16}not notified: @a, @b\n/,
  );
});

it('prints why there is no explanation, and what happened in Datadog', () => {
  const answer: ExplainAnswer = {
    ...ANSWER,
    refused: { code: 'slo_alert', text: 'SLO alerts have no series.' },
    real: [{ at: '2026-11-23T11:00:00Z', group: '*', from: 'ok', to: 'warn' }],
    notes: [{ code: 'downtimes_missing', text: 'The downtimes could not be read.' }],
  };
  assert.equal(
    printExplanation(answer, (_style, text) => text),
    `errors: Errors  https://x/monitors/7
  It cannot be explained: SLO alerts have no series.
  in Datadog    2026-11-23T11:00:00Z OK -> Warn
  The downtimes could not be read.
`,
  );
  const none = printExplanation({ ...answer, real: [], notes: [] }, (_style, text) => text);
  assert.match(none, /\n {2}in Datadog {4}no transition in the day before\n$/);
});

it('prints a group without a state', () => {
  const none = { state: { before: 'none', after: 'none' } } as const;
  assert.match(printed(none), /\n {2}At 2026-11-23T12:00:00Z host:a has no state\.\n/);
  assert.match(printed({ ...none, group: '*' }), /\n {2}At 2026-11-23T12:00:00Z it has no state\.\n/);
});

it('prints the members of a composite', () => {
  const { window: _, comparator: __, value: ___, ...composite } = EXPLANATION;
  const members = [
    { member: '1', state: 'alert' as const },
    { member: '2', state: 'no_data' as const },
  ];
  const answer = explainAnswerSchema.parse({
    ...ANSWER,
    explanation: { ...composite, queries: [], thresholds: [], members, calculation: ['(Alert && No Data)'] },
  });
  assert.match(
    printExplanation(answer, (_style, text) => text),
    /\n {2}members {7}1 is Alert\n {16}2 is No Data\n {2}calculation {3}\(Alert && No Data\)\n/,
  );
});
