import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody, statusAndErrors } from '../test-client.ts';
import { REFUSED_OPTIONS } from './refused-options.ts';

const QUERY = 'avg(last_5m):avg:a{*} > 2';
const ANOMALIES = "avg(last_4h):anomalies(avg:a{*}, 'agile', 2, alert_window='last_1h') >= 0.5";
const CUSTOM_SCHEDULE = { custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY;INTERVAL=1' }] } };
const FORMULA = 'formula("a").last("5m") > 2';
const LOGS = { name: 'a', data_source: 'logs', compute: { aggregation: 'count' } };
const EVALUATION_WINDOW = { evaluation_window: { hour_starts: 0 } };
const A = { data_source: 'cloud_cost', name: 'a', query: 'sum:aws.cost{*}' };
const NOT_A_ROLE = "'restricted_roles' must consist only of valid Role UUIDs";

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const send: ReturnType<typeof createTestClient>['send'] = (...args) => datadog.send(...args);
function create(monitor: object): number {
  const response = send('POST', '/api/v1/monitor', { type: 'query alert', query: QUERY, ...monitor });
  assert.equal(response.status, 200, response.body);
  return jsonBody(response).id;
}
const validate = (monitor: object) =>
  statusAndErrors(
    send('POST', '/api/v1/monitor/validate', { type: 'query alert', query: QUERY, ...monitor }),
  );

/** A monitor that Datadog refuses, and the change that makes it valid, by the message. */
const EXAMPLES: readonly [message: RegExp, refused: object, accepted: object][] = [
  [
    /invalid operator specified: $/,
    { type: 'log alert', query: `logs('a').index("*").rollup("count").last("5m") > 2` },
    { query: `logs("a").index("*").rollup("count").last("5m") > 2` },
  ],
  [
    /evaluation_window scheduling_option/,
    { options: { scheduling_options: EVALUATION_WINDOW } },
    { query: 'avg(current_1h):avg:a{*} > 2' },
  ],
  [
    /new_group_delay option/,
    { options: { new_group_delay: 60 } },
    { query: 'avg(last_5m):avg:a{*} by {host} > 2' },
  ],
  [
    /alert window query arg/,
    { query: ANOMALIES, options: { threshold_windows: { trigger_window: 'last_15m' } } },
    { options: { threshold_windows: { trigger_window: 'last_1h', recovery_window: 'last_1h' } } },
  ],
  [
    /^alert and alert recovery criteria/,
    {
      query: ANOMALIES,
      options: {
        thresholds: { critical: 0.5 },
        threshold_windows: { trigger_window: 'last_1h', recovery_window: 'last_30m' },
      },
    },
    {
      options: {
        thresholds: { critical: 0.5 },
        threshold_windows: { trigger_window: 'last_1h', recovery_window: 'last_31m' },
      },
    },
  ],
  [
    /^Both trigger_window and recovery_window/,
    { query: ANOMALIES, options: { threshold_windows: { trigger_window: 'last_1h' } } },
    { options: { threshold_windows: { trigger_window: 'last_1h', recovery_window: 'last_1h' } } },
  ],
  [
    /^The renotify_occurrences option/,
    { options: { renotify_occurrences: 2 } },
    { options: { renotify_occurrences: 2, renotify_interval: 60 } },
  ],
  [
    /^The formula uses a variable/,
    {
      type: 'cost alert',
      query: 'formula("default_zero(a) / b").last("7d") > 2',
      options: { variables: [A] },
    },
    { query: 'formula("default_zero(a) / 100").last("7d") > 2' },
  ],
  [
    /^The notify_no_data and no_data_timeframe/,
    { options: { on_missing_data: 'resolve', notify_no_data: true } },
    { options: { on_missing_data: 'resolve', notify_no_data: false } },
  ],
  [
    /^The require_full_window option/,
    {
      options: {
        scheduling_options: CUSTOM_SCHEDULE,
        on_missing_data: 'default',
        require_full_window: true,
      },
    },
    { options: { scheduling_options: CUSTOM_SCHEDULE, on_missing_data: 'default' } },
  ],
  [
    /^Warning status is required/,
    { options: { thresholds: { critical: 2, warning_recovery: 0.5 } } },
    { options: { thresholds: { critical: 2, warning: 1, warning_recovery: 0.5 } } },
  ],
  [
    /^Required parameter 'search'/,
    { query: FORMULA, options: { variables: [LOGS] } },
    { options: { variables: [{ ...LOGS, search: { query: '*' } }] } },
  ],
  [
    /^The on_missing_data option is required/,
    { options: { scheduling_options: CUSTOM_SCHEDULE } },
    { options: { scheduling_options: CUSTOM_SCHEDULE, on_missing_data: 'show_no_data' } },
  ],
];

describe('a monitor that Datadog refuses', () => {
  for (const { message, source, words } of REFUSED_OPTIONS) {
    it(`is refused with the words of ${words}: ${message} (${source})`, () => {
      const [, refused, change] = EXAMPLES.find(([pattern]) => pattern.test(message)) ?? [];
      assert.ok(refused && change, 'the refusal has no example');
      assert.deepEqual(validate(refused), [400, message]);
      assert.deepEqual(validate({ ...refused, ...change }), [200]);
    });
  }

  it("has options of the documented types and limits (API v1, MonitorOptions; the emulator's words)", () => {
    const refusedSchedules = [
      { evaluation_window: { hour_starts: 60 } },
      { evaluation_window: { hour_starts: 1, day_starts: '04:00' } },
      { evaluation_window: { day_starts: '4 am' } },
      { evaluation_window: { month_starts: 2 } },
      { evaluation_window: { day_starts: '04:00', timezone: 'Mars/Olympus' } },
      { custom_schedule: { recurrences: [] }, evaluation_window: { day_starts: '04:00' } },
      { custom_schedule: { recurrences: [{ rrule: 'FREQ=HOURLY' }] } },
      { custom_schedule: { recurrences: [{ rrule: 'FREQ=DAILY', start: 'noon' }] } },
      { custom_schedule: { recurrences: [{ rrule: 'DTSTART:20260101T000000;FREQ=DAILY' }] } },
    ];
    for (const scheduling_options of refusedSchedules) {
      const query = 'evaluation_window' in scheduling_options ? 'avg(current_1h):avg:a{*} > 2' : QUERY;
      assert.deepEqual(
        validate({ query, options: { scheduling_options, on_missing_data: 'default' } }),
        [400, 'Invalid monitor option: scheduling_options'],
        JSON.stringify(scheduling_options),
      );
    }
    const refused: readonly [name: string, ...values: unknown[]][] = [
      ['timeout_h', -1, 25, true, 'soon'],
      ['evaluation_delay', 86_401],
      ['renotify_interval', -1, []],
      ['notify_audit', 2, 'yes'],
      ['escalation_message', 0],
      ['renotify_statuses', ['nodata'], 'alert'],
      ['group_retention_duration', '59m', '73h', 'long'],
      ['scheduling_options', []],
      ['variables', {}, [{ data_source: 'logs', name: 'a' }]],
    ];
    for (const [name, ...values] of refused)
      for (const value of values)
        assert.deepEqual(
          validate({ options: { [name]: value } }),
          [400, `Invalid monitor option: ${name}`],
          `${name}: ${JSON.stringify(value)}`,
        );
    const accepted = {
      timeout_h: '24',
      notify_audit: 'True',
      include_tags: 1,
      renotify_interval: 10,
      renotify_statuses: ['no data'],
      escalation_message: '',
      group_retention_duration: '72h',
      an_unknown_option: -1,
    };
    assert.deepEqual(validate({ options: accepted }), [200]);
    assert.equal(validate({ options: 'none' })[0], 400);
  });

  it('has a name, a message, a priority and a draft status of the right type', () => {
    for (const wrong of [
      { name: 1 },
      { message: {} },
      { priority: 6 },
      { priority: 'high' },
      { draft_status: 'x' },
    ])
      assert.deepEqual(validate(wrong), [
        400,
        `The value provided for parameter '${Object.keys(wrong).join()}' is invalid`,
      ]);
    assert.deepEqual(validate({ name: null, message: null, priority: '5', draft_status: 'draft' }), [200]);
  });

  it('may have a metric whose name contains "current_", and a current window of a search', () => {
    assert.deepEqual(validate({ query: 'avg(last_5m):avg:app.current_users{*} > 2' }), [200]);
    const query = 'logs("a").index("*").rollup("count").current("1d") > 2';
    const options = { scheduling_options: { evaluation_window: { day_starts: '04:00' } } };
    assert.equal(validate({ type: 'event-v2 alert', query, options })[0], 400);
  });

  it('was accepted with a custom schedule and no on_missing_data before April 2026', () => {
    datadog.clock.now = Date.parse('2026-03-01T00:00:00Z');
    assert.deepEqual(validate({ options: { scheduling_options: CUSTOM_SCHEDULE } }), [200]);
  });

  it('names unknown monitors (DataDog/terraform-provider-datadog#2440)', () => {
    assert.deepEqual(validate({ type: 'composite', query: '999999 && 888888' }), [
      400,
      'Some monitor IDs are invalid',
    ]);
  });

  it('has a burn rate beyond the maximum of its SLO (recorded)', () => {
    const query = { numerator: 'sum:a{*}.as_count()', denominator: 'sum:b{*}.as_count()' };
    const thresholds = [
      { timeframe: '7d', target: 99 },
      { timeframe: '30d', target: 90 },
    ];
    const { data } = jsonBody(send('POST', '/api/v1/slo', { type: 'metric', name: 's', query, thresholds }));
    const burning = (over: string, rate: number) =>
      validate({
        type: 'slo alert',
        query: `burn_rate("${data[0].id}").over("${over}").long_window("1h").short_window("5m") > ${rate}`,
      });
    assert.deepEqual(burning('30d', 14.4), [
      400,
      'Alert threshold (14.4) must be in range 0 to 10.0 for burn rate alerts (max threshold = 1/1-slo target).',
    ]);
    assert.deepEqual([burning('30d', 10), burning('7d', 14.4)], [[200], [200]]);
  });

  it("combines a composite monitor (DataDog/documentation#9306; the emulator's words)", () => {
    const a = create({ name: 'a' });
    const inner = create({ name: 'inner', type: 'composite', query: `${a} && !${a}` });
    assert.deepEqual(validate({ type: 'composite', query: `${inner} || ${a}` }), [
      400,
      'Composite monitors cannot contain other composite monitors',
    ]);
  });

  it("combines eleven monitors (DataDog/documentation#1245; the emulator's words)", () => {
    const ids = Array.from({ length: 11 }, (_, n) => create({ name: `m${n}` }));
    assert.deepEqual(validate({ type: 'composite', query: ids.join(' && ') }), [
      400,
      'Composite monitors can contain at most 10 monitors',
    ]);
    assert.deepEqual(validate({ type: 'composite', query: ids.slice(1).join(' && ') }), [200]);
  });

  it('is restricted to something that is not a role (DataDog/terraform-provider-datadog#2536)', () => {
    for (const role of ['admins', '11111111-2222-3333-4444-555555555555'])
      assert.deepEqual(validate({ restricted_roles: [role] }), [400, NOT_A_ROLE]);
    const { data } = jsonBody(send('GET', '/api/v2/roles?filter=standard'));
    assert.equal(data.length, 1);
    assert.deepEqual(jsonBody(send('GET', `/api/v2/roles/${data[0].id}`)).data, data[0]);
    assert.equal(send('GET', '/api/v2/roles/none').status, 404);
    assert.deepEqual(validate({ restricted_roles: [data[0].id] }), [200]);
  });

  it('becomes a duplicate by an update (DataDog/terraform-provider-datadog#1739)', () => {
    const first = create({ name: 'a' });
    const second = create({ name: 'b' });
    assert.deepEqual(statusAndErrors(send('PUT', `/api/v1/monitor/${second}`, { name: 'a' })), [
      400,
      `Duplicate of an existing monitor_id:${first} org_id:1000001`,
    ]);
    assert.equal(send('PUT', `/api/v1/monitor/${second}`, { name: 'b' }).status, 200);
  });
});

describe('a delete of a monitor that others use', () => {
  it('is refused unless it is forced: SLOs (DataDog/terraform-provider-datadog#756)', () => {
    const id = create({ name: 'a' });
    const slo = {
      type: 'monitor',
      name: 's',
      monitor_ids: [id],
      thresholds: [{ timeframe: '7d', target: 99 }],
    };
    const sloId = jsonBody(send('POST', '/api/v1/slo', slo)).data[0].id;
    const reason = `monitor [${id},a] is referenced in slos: [${sloId},s]`;
    assert.deepEqual(statusAndErrors(send('DELETE', `/api/v1/monitor/${id}`)), [400, reason]);
    assert.equal(send('GET', `/api/v1/monitor/can_delete?monitor_ids=${id}`).status, 409);
    assert.equal(send('DELETE', `/api/v1/monitor/${id}?force=true`).status, 200);
  });

  it("is refused unless it is forced: composite monitors (DataDog/terraform-provider-datadog#1452; the emulator's words)", () => {
    const id = create({ name: 'a' });
    const composite = create({ name: 'c', type: 'composite', query: `${id} && !${id}` });
    const reason = `monitor [${id},a] is referenced in composite monitors: [${composite},c]`;
    assert.deepEqual(statusAndErrors(send('DELETE', `/api/v1/monitor/${id}`)), [400, reason]);
    assert.deepEqual(jsonBody(send('GET', `/api/v1/monitor/can_delete?monitor_ids=${id}`)).errors, {
      [id]: [reason],
    });
    assert.equal(send('DELETE', `/api/v1/monitor/${id}?force=True`).status, 200);
  });
});

describe('a number with a decimal point', () => {
  it('is accepted in a priority, a target and the times of a downtime, and searches still answer', () => {
    const json = (path: string, text: string) => assert.equal(send('POST', path, text).status, 200, text);
    json('/api/v1/monitor', `{"type":"query alert","name":"f","query":"${QUERY}","priority":3.0}`);
    json(
      '/api/v1/slo',
      '{"type":"metric","name":"s","query":{"numerator":"sum:a{*}.as_count()","denominator":"sum:b{*}.as_count()"},"thresholds":[{"timeframe":"7d","target":99.0}]}',
    );
    json('/api/v1/downtime', '{"scope":["env:fl"],"start":1900000000.0,"end":1900003600.0}');
    for (const path of ['monitor/search?query=x', 'monitor/groups/search', 'slo/search?query=s'])
      assert.equal(send('GET', `/api/v1/${path}`).status, 200, path);
  });

  it('is accepted with an exponent in a threshold', () => {
    const text = `{"type":"query alert","query":"avg(last_5m):avg:a{*} > 1e+21","options":{"thresholds":{"critical":1e+21}}}`;
    assert.equal(send('POST', '/api/v1/monitor', text).status, 200);
  });
});
