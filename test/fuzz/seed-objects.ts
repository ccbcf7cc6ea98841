import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject, printJson } from '../../src/domain/json.ts';
import type { ManagedKind } from '../../src/domain/managed-fields.ts';
import { decode } from '../../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../../src/format/decoded.ts';
import { RULE_GROUPS } from '../../src/lint/rule-groups.ts';
import { realDefinitions, withoutCorpus } from '../corpus.ts';

/** Valid or nearly valid objects to mutate, by kind, and whole documents. */
export interface SeedObjects {
  readonly monitor: readonly JsonObject[];
  readonly alert: readonly JsonObject[];
  readonly dashboard: readonly JsonObject[];
  readonly documents: readonly JsonObject[];
  /** Definitions of the corpus; empty without a corpus. */
  readonly corpus: { readonly monitor: readonly JsonObject[]; readonly dashboard: readonly JsonObject[] };
}

/** Maximum size of a definition: larger ones take time and reach no other code. */
const MAX_SEED_CHARACTERS = 16_000;
const DOCS = join(import.meta.dirname, '../../docs');

const ALERTS: readonly JsonObject[] = [
  {
    title: 'Queue is backing up',
    severity: 'high',
    signal: {
      metric: 'rabbitmq.queue.messages',
      aggregate: 'max',
      filter: 'env:prod',
      by: ['queue', 'host'],
    },
    condition: { over: '10m', statistic: 'min', above: 1000, warn: 500, recover: 400 },
    message: 'Consumers of {{queue.name}} cannot keep up.\n\n{{#is_alert}}Page @slack-x{{/is_alert}}',
    notify: [{ to: ['@slack-orders', '@pagerduty-orders'], when: ['alert', 'recovery'] }],
  },
  { title: 'Latency', signal: { metric: 'http.latency' }, condition: { over: '5m', above: 0.25 } },
  {
    title: 'Free space',
    severity: 'low',
    signal: { metric: 'system.disk.free', by: ['host'] },
    condition: { over: '1h', below: 10, warn: 20 },
    notify: [{ to: ['@team@example.com'], when: 'no_data' }],
    lint: { ignore: [{ code: 'no_recipient', because: 'People look at it.' }] },
  },
];

/** Reads the seeds: examples of lint rules and docs, alerts, and the corpus if it is present. */
export async function loadSeedObjects(): Promise<SeedObjects> {
  const examples = RULE_GROUPS.flatMap(({ rules }) => rules.flatMap(({ bad, good }) => [good, bad]));
  const objects = await Promise.all(examples.map((text) => parsed(text.replace(/[⟦⟧]/g, ''))));
  const documents = await documentsOfDocs();
  const of = (kind: ManagedKind) => objects.flatMap((one) => (one && kindOf(one) === kind ? [one] : []));
  const corpus = (kind: 'monitor' | 'dashboard') =>
    withoutCorpus === false
      ? realDefinitions(kind)
          .map(({ object }) => object)
          .filter((object) => printJson(object).length <= MAX_SEED_CHARACTERS)
      : [];
  return {
    monitor: of('monitor'),
    alert: [...ALERTS, ...of('alert')],
    dashboard: of('dashboard'),
    documents,
    corpus: { monitor: corpus('monitor'), dashboard: corpus('dashboard') },
  };
}

function kindOf(object: JsonObject): ManagedKind {
  if (Object.hasOwn(object, 'signal')) return 'alert';
  const isDashboard = Object.hasOwn(object, 'widgets') || Object.hasOwn(object, 'layout_type');
  return isDashboard ? 'dashboard' : 'monitor';
}

async function documentsOfDocs(): Promise<JsonObject[]> {
  const texts = globSync('*.md', { cwd: DOCS })
    .sort()
    .filter((name) => name !== 'lint.md')
    .flatMap((name) =>
      [...readFileSync(join(DOCS, name), 'utf8').matchAll(/^```yaml\n(.*?)^```/gms)].map(
        ([, text = '']) => text,
      ),
    );
  const values = await Promise.all(texts.map(parsed));
  return values.flatMap((value) => (value && Object.hasOwn(value, 'application') ? [value] : []));
}

async function parsed(text: string): Promise<JsonObject | undefined> {
  try {
    const { value } = await decode(text, 'yaml', DOCUMENT_LIMITS);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
