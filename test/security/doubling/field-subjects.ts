import {
  isObject,
  type Json,
  type JsonObject,
  parseTrustedJson,
  printJson,
} from '../../../src/domain/json.ts';
import { type Pointer, pointerSteps, valueAt } from '../../../src/domain/pointer.ts';
import { decode } from '../../../src/format/decode.ts';
import { type Format, OBJECT_LIMITS } from '../../../src/format/decoded.ts';
import { printYaml } from '../../../src/format/encode-yaml.ts';
import { RULE_GROUPS } from '../../../src/lint/rule-groups.ts';
import { printToml } from '../../acceptance/print-toml.ts';
import { startInProcess, type Text } from '../../documents-in-process.ts';
import { leavesOf } from '../../real-fields.ts';
import type { Subject } from './measure.ts';

const MIBI = 1024 * 1024;
const OWNER = { application: 'app', team: 'payments' };

/** Positions of the text in a field: alone, after the original value, before it, within it, and as the name of a field. */
const POSITIONS = ['alone', 'behind', 'before', 'between', 'as name'] as const;
type Position = (typeof POSITIONS)[number];

interface Field {
  readonly name: string;
  readonly object: JsonObject;
  readonly pointer: Pointer;
}

/** Every text field in the examples of all rules, once per type of monitor and widget. */
async function exampleFields(): Promise<Field[]> {
  const fields = new Map<string, Field>();
  for (const { kind, rules } of RULE_GROUPS) {
    for (const example of rules.flatMap(({ good, bad }) => [good, bad])) {
      const { value } = await decode(example.replace(/[⟦⟧]/g, ''), 'yaml', OBJECT_LIMITS);
      if (!isObject(value)) continue;
      for (const pointer of textsOf(value)) {
        const name = `${kind}: ${fieldName(value, pointer)}`;
        if (!fields.has(name)) fields.set(name, { name, object: value, pointer });
      }
    }
  }
  return [...fields.values()];
}

/** Returns a pointer without its indices, with the types of the objects around the field. */
function fieldName(object: JsonObject, pointer: Pointer): string {
  let here: Json | undefined = object;
  const names: string[] = [];
  for (const step of ['', ...pointerSteps(pointer)]) {
    if (step !== '')
      here = Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined;
    const type = isObject(here) && typeof here['type'] === 'string' ? `(${here['type']})` : '';
    names.push(`${/^\d+$/.test(step) ? '*' : step}${type}`);
  }
  return names.join('/');
}

function textsOf(value: Json): Pointer[] {
  return leavesOf(value).filter((pointer) => typeof valueAt(value, pointer) === 'string');
}

/** Returns a copy with another text inserted at a pointer. */
function withText(object: JsonObject, pointer: Pointer, position: Position, text: string): JsonObject {
  const copy = parseTrustedJson(printJson(object));
  const steps = pointerSteps(pointer);
  const last = steps.pop() ?? '';
  let here: Json | undefined = copy;
  for (const step of steps)
    here = Array.isArray(here) ? here[Number(step)] : isObject(here) ? here[step] : undefined;
  const own = Array.isArray(here) ? here[Number(last)] : isObject(here) ? here[last] : '';
  const held = placed(typeof own === 'string' ? own : '', position, text);
  if (Array.isArray(here)) here[Number(last)] = position === 'as name' ? { [text]: text } : held;
  else if (isObject(here)) here[position === 'as name' ? text : last] = held;
  return isObject(copy) ? copy : {};
}

function placed(own: string, position: Position, text: string): string {
  // After the first bracket or quote, if any, because a scanner then searches for its counterpart.
  const middle = own.search(/[({["']/) + 1 || own.length >> 1;
  return {
    alone: text,
    'as name': own,
    behind: own + text,
    before: text + own,
    between: own.slice(0, middle) + text + own.slice(middle),
  }[position];
}

const FORMATS: readonly Format[] = ['json', 'yaml', 'toml'];

/** Prints the object in a format, or in JSON if the format cannot express it. */
function textIn(format: Format, object: JsonObject): Text {
  if (format === 'yaml') return { format, text: printYaml(object) };
  if (format === 'toml' && !printJson(object).includes('null')) return { format, text: printToml(object) };
  return { format: 'json', text: printJson(object) };
}

/** Lints each field of the examples. */
export async function lintSubjects(): Promise<Subject[]> {
  return (await exampleFields()).flatMap(({ name, object, pointer }, at) =>
    POSITIONS.map((position, round): Subject => {
      const format = FORMATS[(at + round) % FORMATS.length] ?? 'json';
      return {
        name: `lint ${name} (${position}, ${format})`,
        maxUnits: MIBI,
        async prepare(text) {
          const { send } = await empty();
          const body = textIn(format, withText(object, pointer, position, text));
          return () => send('/lint', body, OWNER);
        },
      };
    }),
  );
}

const MONITOR: JsonObject = {
  name: 'Disk is full',
  type: 'query alert',
  query: 'avg(last_5m):avg:system.disk.in_use{env:prod} by {host} > 0.9',
  message: 'Full on {{host.name}} {{#is_alert}}now{{/is_alert}} @slack-ops',
  tags: ['env:prod'],
  options: {
    thresholds: { critical: 0.9 },
    escalation_message: 'Still full @pagerduty',
    renotify_interval: 60,
  },
  lint: { ignore: [{ code: 'no_recipient', because: 'nobody is on call' }] },
};
const ALERT: JsonObject = {
  title: 'Queue is deep',
  severity: 'high',
  signal: { metric: 'queue.depth', aggregate: 'sum', filter: 'env:prod', by: ['queue'] },
  condition: { over: '10m', statistic: 'avg', above: 100 },
  message: 'See the runbook of {{queue.name}}',
  notify: [{ to: ['@slack-ops'], when: ['alert', 'recovery'] }],
};
const DASHBOARD: JsonObject = {
  title: 'Checkout',
  description: 'What checkout does',
  layout_type: 'ordered',
  tags: ['team:payments'],
  template_variables: [{ name: 'env', prefix: 'env', defaults: ['prod'] }],
  widgets: [
    { definition: { type: 'note', content: 'Read $env', background_color: 'white' } },
    {
      definition: {
        type: 'timeseries',
        title: 'Errors',
        requests: [{ q: 'avg:http.errors{$env} by {host}', display_type: 'line' }],
        markers: [{ value: 'y = 5', display_type: 'error dashed', label: 'limit' }],
      },
    },
  ],
};
const OBJECTS = { monitor: MONITOR, alert: ALERT, dashboard: DASHBOARD };
const DOCUMENT: JsonObject = {
  apiVersion: 'birddog/v1',
  application: 'app',
  team: 'payments',
  catalogs: { datadog: 'app', leanix: 'App', servicenow: 'app' },
  tags: ['cost:1'],
  notify: ['@slack-all'],
  monitors: [
    { ...MONITOR, key: 'disk', unmanaged: ['/options/thresholds'] },
    {
      key: 'both',
      name: 'Both',
      type: 'composite',
      query: '${monitor:disk} && ${alert:queue}',
      message: 'x',
    },
  ],
  alerts: [{ ...ALERT, key: 'queue' }],
  dashboards: [{ ...DASHBOARD, key: 'board' }],
};

async function startWithDocument() {
  const world = startInProcess();
  await world.apply(DOCUMENT);
  return world;
}

async function startWithObjects() {
  const world = startInProcess();
  for (const [kind, object] of Object.entries(OBJECTS))
    await world.ask(`/create_${kind}`, { ...OWNER, key: `the-${kind}`, [kind]: object });
  return world;
}

/** Shared by all requests that write nothing. */
function shared<T>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => (started ??= start());
}
const empty = shared(async () => startInProcess());
const withDocument = shared(startWithDocument);
const withObjects = shared(startWithObjects);

/** Creates and updates each field of one object of each kind. Nothing is written. */
export function objectSubjects(): Subject[] {
  return Object.entries(OBJECTS).flatMap(([kind, object]) =>
    (['create', 'update'] as const).flatMap((verb) =>
      bodyFields({ ...OWNER, ...(verb === 'update' ? { key: `the-${kind}` } : {}), [kind]: object }).map(
        ({ name, pointer, position, format, body }) => ({
          name: `${verb}_${kind} ${name} (${position}, ${format})`,
          maxUnits: MIBI,
          async prepare(text: string) {
            const { send } = await (verb === 'update' ? withObjects() : empty());
            const sent = textIn(format, withText(body, pointer, position, text));
            return () => send(`/${verb}_${kind}`, sent, { dry_run: 'true' });
          },
        }),
      ),
    ),
  );
}

/** Sends each field of a document to each operation on documents. */
export function documentSubjects(): Subject[] {
  return ['/lint', '/plan', '/apply', '/drift'].flatMap((path) =>
    bodyFields(DOCUMENT).map(({ name, pointer, position, format, body }) => ({
      name: `${path} ${name} (${position}, ${format})`,
      maxUnits: MIBI,
      async prepare(text: string) {
        const { send } = await (path === '/apply' ? startWithDocument() : withDocument());
        const sent = textIn(format, withText(body, pointer, position, text));
        return () => send(path, sent);
      },
    })),
  );
}

function bodyFields(body: JsonObject) {
  return textsOf(body).flatMap((pointer, at) =>
    POSITIONS.map((position, round) => ({
      name: fieldName(body, pointer),
      pointer,
      position,
      format: FORMATS[(at + round) % FORMATS.length] ?? 'json',
      body,
    })),
  );
}

/** Reads each field of an object that somebody else wrote into Datadog, with each reading operation, in JSON and YAML. */
export function readSubjects(): Subject[] {
  const paths = ['/get_monitors', '/get_dashboards', '/get_alerts', '/import', '/drift'];
  return paths.flatMap((path) =>
    (['monitor', 'dashboard'] as const).flatMap((kind) =>
      textsOf(OBJECTS[kind]).map((pointer) => ({
        name: `${path} with ${fieldName(OBJECTS[kind], pointer)} of a ${kind} in Datadog`,
        maxUnits: MIBI,
        async prepare(text: string) {
          const { person, send } = await startWithDocument();
          changeInDatadog(person, kind, pointer, text);
          const body = path === '/drift' ? textIn('json', DOCUMENT) : undefined;
          const query = path === '/drift' ? {} : path === '/import' ? OWNER : { application: 'app' };
          return async () => {
            const answer = await send(path, body, query);
            return [printYaml(answer.body), printJson(answer.body)];
          };
        },
      })),
    ),
  );
}

/** Writes the text into the first object of a kind, directly in Datadog. Changes nothing if Datadog rejects it. */
function changeInDatadog(
  person: (method: string, path: string, sent?: JsonObject) => JsonObject,
  kind: 'monitor' | 'dashboard',
  pointer: Pointer,
  text: string,
): void {
  const path = `/api/v1/${kind}`;
  const listed: Json = kind === 'monitor' ? person('GET', path) : (person('GET', path)['dashboards'] ?? []);
  const [first] = Array.isArray(listed) ? listed.filter(isObject) : [];
  if (!first) throw new Error(`no ${kind} to change`);
  const id = String(first['id']);
  const live = person('GET', `${path}/${id}`);
  const own = kind === 'monitor' ? { tags: live['tags'] ?? [] } : { description: live['description'] ?? '' };
  const position = /tags|description/.test(pointer) ? 'behind' : 'alone';
  person('PUT', `${path}/${id}`, { ...withText({ ...OBJECTS[kind], ...own }, pointer, position, text) });
}
