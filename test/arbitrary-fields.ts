import fc from 'fast-check';
import { z } from 'zod';
import { missingDataOf } from '../src/alerts/fields/field.ts';
import {
  type AlertFields,
  FIELD_SHAPE,
  REPEATED,
  SEVERITIES,
  TRANSITIONS,
} from '../src/alerts/fields/schemas.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';

/** What the fields of an alert depend on. */
export interface Fielded {
  readonly signal: JsonObject;
  readonly condition: JsonObject;
  /** The type of the monitor. */
  readonly type: string;
  /** The groups of the monitor. */
  readonly by: readonly string[];
}

const handle = fc.stringMatching(/^@[^\s{},]{1,8}$/);
const oneOrSome = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
const seconds = fc.oneof(
  fc.constantFrom('0s', '90s', '1d'),
  fc.nat(3000).map((n) => `${n}s`),
);
const minutes = fc.integer({ min: 1, max: 5000 }).map((n) => (n % 2 === 0 ? `${n}m` : `${n * 60}s`));

const message = fc
  .oneof(
    fc.stringMatching(/^[A-Z]?[a-z {}@\n.]{0,40}$/),
    fc.stringMatching(/^[a \r\n\t\u00a0\ufeff]{0,8}$/),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  .chain((text) =>
    fc.constantFrom(
      text,
      `${text}\n\nRunbook: https://a/b`,
      `${text}\n\n{{#is_alert}}@x{{/is_alert}}`,
      `${text}\n\nRunbook: https://a/b\n\n{{#is_alert}}@x{{/is_alert}}{{#is_recovery}}@x{{/is_recovery}}`,
    ),
  );

const renotify = fc.record(
  {
    every: minutes,
    times: fc.integer({ min: 1, max: 9 }),
    while: fc.array(fc.constantFrom(...REPEATED), { minLength: 1 }),
    message: fc.constantFrom('Still growing.', ' x '),
  },
  { requiredKeys: [] },
);

/** Options that no field covers, also some that are off or have no effect. */
const OPTIONS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  notify_audit: fc.constantFrom(true, false, null),
  include_tags: fc.boolean(),
  new_host_delay: fc.constantFrom<Json>(0, 300, '300', 600, '600', null),
  notify_by: fc.constantFrom<Json>([], ['*'], ['host']),
  silenced: fc.constantFrom<Json>({}, { '*': null }),
  locked: fc.boolean(),
  min_location_failed: fc.constantFrom(1, 2),
  avalanche_window: fc.constant(10),
  groupby_simple_monitor: fc.boolean(),
  enable_logs_sample: fc.boolean(),
  group_retention_duration: fc.constantFrom('', '60m'),
};
/** Options that only an alert on a whole query has: elsewhere its signal and its condition cover them. */
const QUERY_OPTIONS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  thresholds: fc.constantFrom<Json>(
    {},
    { critical: 1 },
    { critical: 1, warning: 0.5, ok: 1 },
    { warning: null },
    { critical: 2 },
    { critical: '1', critical_recovery: 0.5, period: { a: 1 } },
    { critical: 1, unknown: 1 },
  ),
  require_full_window: fc.boolean(),
  variables: fc.constantFrom<Json>([], [{ name: 'query1', data_source: 'logs', storage: 'hot' }]),
};

/** Returns fields that a signal and a condition can have. */
export function alertFields({ signal, condition, type, by }: Fielded): fc.Arbitrary<AlertFields> {
  const isQuery = Object.hasOwn(signal, 'query');
  const noData = Object.hasOwn(condition, 'missing_for') ? {} : noDataOf(type);
  const fields = {
    severity: fc.constantFrom(...SEVERITIES),
    ...noData,
    message,
    runbook: fc.webUrl(),
    notify: fc.array(fc.oneof(handle, entryOf(by)), { maxLength: 3 }),
    renotify,
    tags: fc.array(fc.constantFrom('team:a', 'env:b', 'c')),
    delay: seconds,
    new_groups: seconds,
    resolve_after: fc.constantFrom('1h', '60m', '1d', '24h'),
    schedule: fc.constantFrom<JsonObject>({}, { evaluation_window: { hour_starts: 0 } }),
    restricted_roles: fc.uniqueArray(fc.constantFrom('a', 'b')),
    draft_status: fc.constantFrom('draft', 'published'),
    options: fc.record({ ...OPTIONS, ...(isQuery ? QUERY_OPTIONS : {}) }, { requiredKeys: [] }),
  };
  const schema = z.strictObject(FIELD_SHAPE);
  return fc
    .record(fields, { requiredKeys: [] })
    .map((given) => schema.parse(JSON.parse(JSON.stringify(given))));
}

/** Returns the field for missing data, in the forms that a type of monitors has. */
function noDataOf(type: string): { no_data?: fc.Arbitrary<JsonObject> } {
  const kind = missingDataOf(type);
  if (kind === 'none') return {};
  const thens = kind === 'notify' ? ['notify'] : ['notify', 'show', 'resolve', 'keep'];
  const after = fc.option(fc.oneof(fc.constant('auto'), minutes), { nil: undefined });
  const no_data = fc.tuple(fc.constantFrom(...thens), after).map(([then, time]): JsonObject => {
    return then === 'notify' && kind !== 'search' && time !== undefined ? { after: time, then } : { then };
  });
  return { no_data };
}

/** Returns recipients, some only for values of the groups. */
function entryOf(by: readonly string[]): fc.Arbitrary<JsonObject> {
  const values = oneOrSome(
    fc.oneof(fc.constantFrom('', 'orders', 'a b', 'x,y', 'é'), fc.stringMatching(/^[^"{}\n\r]{1,5}$/)),
  );
  const conditions = by.length === 0 ? undefined : fc.constantFrom(...by);
  return fc
    .record(
      {
        to: oneOrSome(handle),
        when: oneOrSome(fc.constantFrom(...TRANSITIONS)),
        ...(conditions ? { if: fc.dictionary(conditions, values, { minKeys: 1, maxKeys: 2 }) } : {}),
      },
      { requiredKeys: ['to'] },
    )
    .map((entry): JsonObject => JSON.parse(JSON.stringify(entry)));
}
