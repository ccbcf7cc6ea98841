import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { documentJsonSchema } from '../../src/contract/document-json-schema.ts';
import { LanguageClient } from './language-client.ts';

const SERVER = join(
  import.meta.dirname,
  'fixture/node_modules/yaml-language-server/bin/yaml-language-server',
);
const skip =
  existsSync(SERVER) || process.env['CI'] === 'true'
    ? false
    : 'yaml-language-server is not installed (npm ci --ignore-scripts --prefix test/editor/fixture)';

/** A document with mistakes between ⟦ and ⟧, and places named by letters between « and ». */
const DOCUMENT = `application: checkout
team: shop
monitors:
  - key: load
    type: query alert
    query: avg(last_5m):avg:system.load.1{*} > 2
    options:
      «a»timeout_h: 4
      ⟦renotify_intervl⟧: 60
      on_missing_data: «b»default
      brand_new: true
      «c»
alerts:
  - title: Payments fail
    signal: {metric: payments.failures}
    condition: {«d»over: 5m, above: 10, ⟦recovr⟧: 5}
dashboards:
  - key: overview
    title: Checkout
    layout_type: ordered
    widgets:
      - definition:
          type: timeseries
          show_legend: ⟦often⟧
          requests:
            - q: avg:system.load.1{*}
              display_type: ⟦lins⟧
          «e»
      - definition:
          type: «f»toplist
          requests: []
  - key: generated
    from: alerts
    «g»
    ⟦widgets⟧: []
`;

const completions = z.object({ items: z.array(z.object({ label: z.string() })) });
const hover = z.object({ contents: z.object({ value: z.string() }) });
const position = z.object({ line: z.number(), character: z.number() });
const published = z.object({
  diagnostics: z.array(
    z.object({ message: z.string(), range: z.object({ start: position, end: position }) }),
  ),
});

/** Splits a marked text into the plain text, the positions of the places and the marked words. */
function unmarked(marked: string) {
  const places = new Map<string, z.infer<typeof position>>();
  const wrong: string[] = [];
  const lines = marked.split('\n').map((line, at) => {
    for (const [, word = ''] of line.matchAll(/⟦(.*?)⟧/g)) wrong.push(word);
    let plain = line.replaceAll(/[⟦⟧]/g, '');
    for (;;) {
      const [mark, name = ''] = /«(\w)»/.exec(plain) ?? [];
      if (mark === undefined) return plain;
      places.set(name, { line: at, character: plain.indexOf(mark) });
      plain = plain.replace(mark, '');
    }
  });
  return { lines, places, wrong };
}

describe('yaml-language-server with /schema.json', { skip, timeout: 60_000 }, () => {
  const { lines, places, wrong } = unmarked(DOCUMENT);
  const web = createServer((_, answer) => answer.end(documentJsonSchema()));
  const textDocument = { uri: 'file:///checkout.yaml' };
  let client: LanguageClient;
  let diagnostics: z.infer<typeof published>['diagnostics'];

  before(async () => {
    assert.ok(existsSync(SERVER), 'CI installs yaml-language-server: .ci/run');
    await once(web.listen(0, '127.0.0.1'), 'listening');
    const address = web.address();
    assert.ok(typeof address === 'object' && address !== null);
    const schema = `# yaml-language-server: $schema=http://127.0.0.1:${address.port}/schema.json`;
    client = new LanguageClient(SERVER, {
      validate: true,
      hover: true,
      completion: true,
      schemaStore: { enable: false },
    });
    await client.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {
        workspace: { configuration: true },
        textDocument: { hover: { contentFormat: ['markdown'] } },
      },
    });
    client.notify('initialized', {});
    const found = client.next('textDocument/publishDiagnostics');
    client.notify('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'yaml', version: 1, text: [schema, ...lines].join('\n') },
    });
    ({ diagnostics } = published.parse(await found));
  });
  after(async () => {
    web.close();
    await client?.stop();
  });

  /** Returns the position of a place, below the line that names the schema. */
  function placed(name: string) {
    const { line = 0, character = 0 } = places.get(name) ?? {};
    return { textDocument, position: { line: line + 1, character } };
  }

  async function completed(name: string): Promise<Set<string>> {
    const { items } = completions.parse(await client.request('textDocument/completion', placed(name)));
    return new Set(items.map(({ label }) => label));
  }

  async function explained(name: string): Promise<string> {
    return hover.parse(await client.request('textDocument/hover', placed(name))).contents.value;
  }

  it('marks each mistake at the word that is wrong, and nothing else', () => {
    const marked = diagnostics.map(({ range: { start, end } }) =>
      lines[start.line - 1]?.slice(start.character, end.character),
    );
    assert.deepEqual(marked.toSorted(), wrong.toSorted(), JSON.stringify(diagnostics, undefined, 1));
  });

  it('completes the options of a monitor that are not written yet, and the values of an option', async () => {
    const options = await completed('c');
    for (const name of ['renotify_interval', 'notify_no_data', 'thresholds'])
      assert.ok(options.has(name), name);
    assert.ok(!options.has('timeout_h'));
    const values = await completed('b');
    for (const value of ['resolve', 'show_no_data']) assert.ok(values.has(value), value);
  });

  it('completes the fields of the type of the widget, and the types of widgets', async () => {
    const fields = await completed('e');
    for (const name of ['legend_layout', 'right_yaxis', 'custom_links']) assert.ok(fields.has(name), name);
    assert.ok(!fields.has('alert_id'));
    const types = await completed('f');
    for (const type of ['query_value', 'timeseries', 'note']) assert.ok(types.has(type), type);
  });

  it('completes the fields of a generated dashboard', async () => {
    const fields = await completed('g');
    for (const name of ['title', 'description', 'notify_list']) assert.ok(fields.has(name), name);
    assert.ok(!fields.has('layout_type'));
  });

  it('explains options and the fields of alerts', async () => {
    assert.match(await explained('a'), /number of hours/);
    assert.match(await explained('d'), /evaluation window/);
  });
});
