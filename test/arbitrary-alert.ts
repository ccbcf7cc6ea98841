import fc from 'fast-check';
import { z } from 'zod';
import { CONDITIONS, OTHERWISE } from '../src/alerts/conditions/conditions.ts';
import { LIMIT_NAMES } from '../src/alerts/conditions/limits.ts';
import type { ConditionKind, SignalKind } from '../src/alerts/kinds.ts';
import { LEAVES } from '../src/alerts/signals/leaves.ts';
import { isObject, type Json, type JsonObject, numberFromText, toNumber } from '../src/domain/json.ts';
import { type Variant, variantsOf } from '../src/domain/schema-parts.ts';

type Value = fc.Arbitrary<Json | undefined>;

const metric = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}(?:\.[a-z][a-z0-9_]{0,5}){0,2}$/);
const tagKey = fc.stringMatching(/^[a-z][a-z_.]{0,8}[a-z]$/);
const search = fc.constantFrom(
  '*',
  'service:shop status:error',
  'service:shop "out of memory" -@code:[1 TO 2]',
  '@http.status_code:>=500 OR (env:prod host:a*)',
);
const durations = fc.constantFrom('60s', '2m', '5m', '90m', '1h', '1h30m', '26h', '1d', '2d4h');
const windows = fc.constantFrom('1m', '5m', '60m', '1h', '1h30m', '12h', '1d', '1w');

/** Texts by the name of their field; elements of a list have the name of the list. */
const TEXTS: ReadonlyMap<string, fc.Arbitrary<string>> = new Map<string, fc.Arbitrary<string>>([
  ['metric', metric],
  [
    'filter',
    fc.constantFrom('*', 'env:prod', ' env:prod,!host:a ', 'env:prod AND (a:b OR c:d*)', 'x IN (a,b)'),
  ],
  ['by', tagKey],
  [
    'functions',
    fc.constantFrom(
      'default_zero',
      'abs',
      'fill(zero)',
      'fill( last,600 )',
      'rollup(sum, 300)',
      'rollup(300)',
      'rollup(avg)',
      'timeshift(-3600)',
      "calendar_shift('-1d', 'America/New_York')",
      'moving_rollup(600, max)',
      'top(10, "mean", desc)',
      'clamp_min(1.50)',
    ),
  ],
  ['every', durations],
  ['missing_for', durations],
  ['interval', durations],
  ['over', fc.oneof(windows, fc.constantFrom('current_1h', '1mo'))],
  ['against', windows],
  ['window', windows],
  ['recovery_window', windows],
  ['history', windows],
  ['within', fc.constantFrom('12h', '1d', '7d', '1w', '1mo')],
  ['timezone', fc.constantFrom('utc', 'Europe/Berlin')],
  ['measure', fc.constantFrom('@duration', '@usr.id')],
  ['index', fc.constantFrom('*', 'main', 'archive')],
  ['facet', fc.constantFrom('service', '@region', '@issue.id')],
  ['id', fc.stringMatching(/^[0-9a-f]{32}$/)],
  ['long', fc.constantFrom('1h', '4h', '24h')],
  ['short', fc.constantFrom('5m', '15m', '30m')],
]);

const numbers: fc.Arbitrary<Json> = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom('0.50', '1e3', '-2.5e-3', '12345678901234567890').map(numberFromText),
);
/** Numbers by the name of their field. */
const NUMBERS: ReadonlyMap<string, fc.Arbitrary<Json>> = new Map<string, fc.Arbitrary<Json>>([
  ['share', fc.constantFrom<Json>(1, 0.5, 0.25)],
  ['deviations', fc.integer({ min: 1, max: 6 })],
  ['tolerance', fc.constantFrom<Json>(3, 2.5)],
  ['failures', fc.integer({ min: 2, max: 9 })],
  ['percent', fc.integer({ min: 40, max: 60 })],
  ['error_budget', fc.integer({ min: 50, max: 90 })],
  ['limit', fc.integer({ min: 1, max: 50 })],
]);

const leaf = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constantFrom('queue-backlog', 'shop/errors'));
/** A member of a combination. */
const member: fc.Arbitrary<Json> = fc.oneof(
  leaf,
  leaf.map((not) => ({ not })),
  fc.tuple(fc.constantFrom('all_of', 'any_of'), leaf, leaf).map(([name, ...all]) => ({ [name]: all })),
);

/** Returns values that match a schema. `name` is the field that has the value. */
function valueOf(schema: z.core.$ZodType, name: string): Value {
  if (schema instanceof z.ZodOptional) return fc.option(valueOf(schema.unwrap(), name), { nil: undefined });
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options.map(String));
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodString) return TEXTS.get(name) ?? examplesOf(schema) ?? search;
  if (schema instanceof z.ZodNumber || schema instanceof z.ZodCustom) return NUMBERS.get(name) ?? numbers;
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map((one) => valueOf(one, name)));
  if (schema instanceof z.ZodLazy) return member;
  if (schema instanceof z.ZodArray) {
    const element = valueOf(schema.element, name).map((one) => one ?? null);
    return fc.uniqueArray(element, { minLength: 1, maxLength: 3, selector: (one) => JSON.stringify(one) });
  }
  if (schema instanceof z.ZodObject) {
    const variants = variantsOf(schema);
    return variants ? fc.oneof(...variants.forms.map(formOf)) : objectOf(schema);
  }
  return fc.constant(undefined);
}

function examplesOf(schema: z.ZodString): fc.Arbitrary<string> | undefined {
  const { examples } = schema.meta() ?? {};
  const texts = Array.isArray(examples) ? examples.filter((one) => typeof one === 'string') : [];
  return texts.length > 0 ? fc.constantFrom(...texts) : undefined;
}

function objectOf(schema: z.ZodObject): fc.Arbitrary<JsonObject> {
  const members = Object.entries(schema.shape).map(([name, field]) =>
    valueOf(field, name).map((value) => [name, value] as const),
  );
  return fc.tuple(...members).map((entries) => given(Object.fromEntries(entries)));
}

/** Returns objects of one form, each with exactly one of the fields that exclude each other. */
function formOf({ schema, oneOf = [] }: Variant): fc.Arbitrary<JsonObject> {
  if (oneOf.length === 0) return objectOf(schema);
  return fc.tuple(objectOf(schema), fc.constantFrom(...oneOf), numbers).map(([object, chosen, number]) => {
    const others = Object.entries(object).filter(([name]) => !oneOf.includes(name));
    return { ...Object.fromEntries(others), [chosen]: number };
  });
}

const EXPRESSIONS = [
  'x',
  '100 * x / y',
  'x/(x+y) * 1e2',
  'default_zero((x) / y)',
  '-(x + y) - +x',
  'x - (y - 0.50)',
];

/** Returns formulas: their expressions use all of their signals. */
const formulas: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.constantFrom(...EXPRESSIONS),
    fc.constantFrom(...LEAVES),
    fc.constantFrom(['x', 'y'], ['query1', 'q2']),
  )
  .chain(([expr, kind, names]) => {
    const part = formOf(kind).map(measured);
    return fc.tuple(part, part).map(([x, y]): JsonObject => {
      const [first = '', second = ''] = names;
      const text = expr.replaceAll('y', second).replaceAll('x', first);
      const signals = expr.includes('y') ? { [first]: x, [second]: y } : { [first]: x };
      return { formula: { expr: text, signals } };
    });
  });

/** Returns ratios of two signals of one kind. */
const ratios: fc.Arbitrary<JsonObject> = fc.constantFrom(...LEAVES).chain((kind) => {
  const part = formOf(kind).map(measured);
  return fc.tuple(part, part).map(([of, to]): JsonObject => ({ ratio: { of, to } }));
});

/** Whole queries, with the types of their monitors. */
const queries = fc.constantFrom<JsonObject>(
  { query: 'formula("query1").last("30d").anomaly(direction="both") > 6', type: 'cost alert' },
  { query: 'avg(last_5m):avg:a{*} by {host} > 1', type: 'query alert' },
  { query: 'avg(last_5m):(avg:a{*}) >= 1.0', type: 'metric alert' },
  { query: '11 && !12', type: 'composite' },
  { query: 'error_budget("ID").over("30d") > 1', type: 'slo alert' },
  { query: 'logs("service:a").index("*").rollup("count").last("5m") > 1', type: 'log alert' },
  { query: '"http.can_connect".over("*").by("*").last(4).count_by_status()', type: 'service check' },
);

/** Returns signals of one kind. */
export function signalsOf(kind: SignalKind): fc.Arbitrary<JsonObject> {
  if (kind.name === 'ratio') return ratios;
  if (kind.name === 'query') return queries;
  return kind.name === 'formula' ? formulas : formOf(kind).map((signal) => plainGroups(measured(signal)));
}

/** Returns a signal without fields that exclude each other: most generated searches would be invalid. */
function measured(signal: JsonObject): JsonObject {
  const { aggregate, measure, ...others } = signal;
  if (Object.hasOwn(signal, 'metric') || aggregate === undefined) return signal;
  return aggregate === 'count' || measure === undefined ? others : { ...others, aggregate, measure };
}

/** Returns a signal without limits of groups, which only formulas can have. */
function plainGroups(signal: JsonObject): JsonObject {
  const { by } = signal;
  if (!Array.isArray(by)) return signal;
  const keys = by.map((one) => (isObject(one) ? (one['facet'] ?? '') : one));
  // Issues are grouped by their id.
  if (Object.hasOwn(signal, 'error_tracking')) keys.unshift('@issue.id');
  return { ...signal, by: [...new Set(keys)] };
}

/** Returns conditions of one kind, with thresholds in a possible order. */
function conditionsOf(kind: ConditionKind): fc.Arbitrary<JsonObject> {
  return formOf(kind).map(inOrder);
}

/** The thresholds beside a limit, each with its distance from the limit. */
const DISTANCES: readonly (readonly [name: string, distance: number])[] = [
  ['warn', 5],
  ['recover', 2],
  ['warn_recover', 8],
];

function inOrder(condition: JsonObject): JsonObject {
  const { share, ...anomaly } = isObject(condition['anomaly']) ? condition['anomaly'] : {};
  const limit = LIMIT_NAMES.find((name) => Object.hasOwn(condition, name));
  const isFalling = limit === 'below' || limit === 'at_most';
  const number = toNumber(condition[limit ?? '']);
  const ordered = { ...condition };
  for (const [name, distance] of DISTANCES) {
    if (!Object.hasOwn(condition, name)) continue;
    if (condition['anomaly'] !== undefined) ordered[name] = (10 - distance) / 100;
    else if (number !== undefined)
      ordered[name] = Math.trunc(number) + (isFalling ? distance + 1 : -distance - 1);
    else if (condition['failures'] !== undefined || condition['burn_rate'] !== undefined) ordered[name] = 1;
    else ordered[name] = 20;
  }
  if (share !== undefined) ordered['anomaly'] = { ...anomaly, share };
  return ordered;
}

/** Returns signals with conditions that apply to them. */
export function alertParts(
  kind: SignalKind,
): fc.Arbitrary<{ readonly signal: JsonObject; readonly condition: JsonObject }> {
  return signalsOf(kind).chain((signal) => {
    const { form, type } = kind.compile(signal);
    const kinds = [...CONDITIONS, OTHERWISE].filter(({ forms }) => forms.includes(form));
    if (kinds.length === 0) return fc.constant({ signal, condition: {} });
    return fc
      .constantFrom(...kinds)
      .chain(conditionsOf)
      .map(({ statistic, full_window, ...condition }) =>
        form === 'metric'
          ? { signal, condition: { ...condition, ...given({ statistic, full_window }) } }
          : { signal, condition: Object.hasOwn(condition, 'over') ? searchable(type, condition) : condition },
      );
  });
}

/** Returns a condition that a source of this type allows: most windows of metrics are too long, and events have no recovery. */
function searchable(
  type: string,
  { recover, warn_recover, ...condition }: Readonly<Record<string, Json>>,
): JsonObject {
  const over = String(condition['over']);
  const allowed = /^\d{1,2}m$/.test(over) ? over : '1h';
  const recoveries = type === 'event-v2 alert' ? {} : given({ recover, warn_recover });
  return { ...condition, over: allowed, ...recoveries };
}

function given(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) object[name] = value;
  return object;
}
