import { load } from 'js-yaml';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject, parseTrustedJson, printJson } from '../src/domain/json.ts';
import { readDocument } from '../src/pipeline/document/read-document.ts';

const FILE = join(import.meta.dirname, '../docs/everyday-alerts.yaml');
const BEGIN = '<!-- everyday alerts: `npm run docs` -->\n';
const END = '<!-- end of everyday alerts -->';

/** One alert in three notations. */
export interface EverydayAlert {
  readonly key: string;
  readonly title: string;
  /** The monitor that it compiles to. */
  readonly monitor: JsonObject;
  readonly birddog: string;
  readonly terraform: string;
  readonly datadog: string;
}

/** Returns the alerts of docs/everyday-alerts.yaml in Birddog's, Terraform's and Datadog's notation. Throws Error if one is invalid. */
export function everydayAlerts(): readonly EverydayAlert[] {
  const text = readFileSync(FILE, 'utf8');
  const document = parseTrustedJson(JSON.stringify(load(text)));
  if (!isObject(document) || !Array.isArray(document['alerts'])) throw new Error('The file has no alerts.');
  const entries = readDocument(document).entries.filter(({ kind }) => kind === 'alert');
  if (entries.length !== document['alerts'].length) throw new Error('An alert of the file is invalid.');
  const [, list = ''] = text.split(/^alerts:\n/m);
  const [section = ''] = list.split(/^(?=[a-z])/m);
  const texts = section.split(/^(?= {2}- key: )/m);
  return entries.map(({ key, object }, at) => ({
    key,
    title: String(object['name']),
    monitor: object,
    birddog: (texts[at] ?? '').trimEnd(),
    terraform: terraformText(key, object),
    datadog: JSON.stringify(object, undefined, 2),
  }));
}

/** Returns the page with its table of everyday alerts regenerated. Throws Error if it has no place for the table. */
export function withEverydayAlerts(page: string): string {
  const [before, rest = ''] = page.split(BEGIN);
  const [, after] = rest.split(END);
  if (before === undefined || after === undefined) throw new Error('The page has no place for the table.');
  const alerts = everydayAlerts();
  const rows = alerts.map(({ title, ...one }) => `| ${title} | ${counts(one).join(' | ')} |\n`);
  const sums = alerts.map(counts).reduce((sum, row) => sum.map((count, at) => count + (row[at] ?? 0)));
  const head = '\n| alert | Birddog | Terraform | Datadog |\n|---|---|---|---|\n';
  return `${before}${BEGIN}${head}${rows.join('')}| **all 25** | ${sums.join(' | ')} |\n\n${END}${after}`;
}

/** Returns the number of lines in each notation. */
function counts({ birddog, terraform, datadog }: Omit<EverydayAlert, 'title'>): number[] {
  return [birddog, terraform, datadog].map((text) => text.split('\n').length);
}

/** Returns a monitor as a resource of Datadog's Terraform provider. */
function terraformText(key: string, { options, message, ...members }: JsonObject): string {
  const { thresholds, threshold_windows: windows, ...others } = isObject(options) ? options : {};
  const lines = [
    ...attributes({ ...members, ...others }),
    'message = <<-EOT',
    ...String(message)
      .split('\n')
      .map((line) => (line === '' ? '' : `  ${line}`)),
    'EOT',
    ...block('monitor_thresholds', thresholds),
    ...block('monitor_threshold_windows', windows),
  ];
  const name = key.replaceAll(/[^a-z0-9]/g, '_');
  return `resource "datadog_monitor" "${name}" {\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n}`;
}

function attributes(object: JsonObject): string[] {
  return Object.entries(object).map(([name, value]) => `${name} = ${hcl(value)}`);
}

function block(name: string, value: Json | undefined): string[] {
  if (!isObject(value)) return [];
  return [`${name} {`, ...attributes(value).map((line) => `  ${line}`), '}'];
}

function hcl(value: Json): string {
  return Array.isArray(value) ? `[${value.map(hcl).join(', ')}]` : printJson(value);
}
