import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { type JsonObject, printJson } from '../../domain/json.ts';
import type { PlacedResource } from '../convert/convert-state.ts';
import { readObjects } from '../convert/read-objects.ts';
import { lintText } from '../documents/lint-text.ts';
import { convertCommand } from './convert.ts';

/** Writes files into a new folder, which the test removes. Returns the path of a file. */
function folderWith(t: TestContext, files: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-convert-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return (name) => join(folder, name);
}

const OWNER = ['--application', 'shop', '--team', 'payments'] as const;

/** The blocks of an example in docs/convert.md: the input, the mapping and the document. */
function exampleOf(title: string): [input: string, mapping: string, document: string] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/convert.md'), 'utf8');
  const section = page.split(/^##+ /m).find((one) => one.startsWith(title)) ?? '';
  const [input = '', mapping = '', document = ''] = [
    ...section.matchAll(/^```(?:yaml|json)\n([^]*?)^```$/gm),
  ].map(([, text]) => text);
  return [input, mapping, document];
}

describe('birddog convert --mapping', () => {
  const examples = [
    ['Example: a list of alerts', 'thresholds.yaml', 'orders', 'shop'],
    ['Example: an export of monitors', 'export.json', 'web', 'web'],
  ] as const;
  for (const [title, file, application, team] of examples)
    it(`prints the document of docs/convert.md: ${title}`, async (t) => {
      const [input, mapping, document] = exampleOf(title);
      const path = folderWith(t, { [file]: input, 'mapping.yaml': mapping });
      const args = ['--mapping', path('mapping.yaml'), '--application', application, '--team', team];
      const { status, out } = await runCommand(convertCommand, [...args, path(file)]);
      assert.deepEqual([status, out], [0, document]);
      assert.deepEqual(await lintText(out, 'yaml'), []);
    });

  it('reports faults of the mapping and missing values at their places, and writes nothing', async (t) => {
    const mapping = '- each: /a/*\n  to: alerts\n  fields: {x: /y}\n';
    const path = folderWith(t, { 'm.yaml': mapping, 'bad.yaml': '- each: a\n', 'in.yaml': 'a:\n  - {}\n' });
    const run = (name: string, input = path('in.yaml')) =>
      runCommand(convertCommand, ['--mapping', path(name), ...OWNER, '--out', path('out'), input]);
    const missing = await run('m.yaml');
    assert.deepEqual([missing.status, missing.out], [1, '']);
    assert.match(missing.err, /in\.yaml:2:5: error: nothing is at \/y, the source of x\n/);
    assert.match((await run('bad.yaml')).err, /bad\.yaml:1:9: error: /);
    assert.match((await run('none.yaml')).err, /none\.yaml: error: no such file\n/);
    assert.match((await run('m.yaml', path('none.json'))).err, /none\.json: error: no such file\n/);
    assert.throws(() => readFileSync(path('out/shop.yaml')));
  });

  it('rejects options that do not belong together', async () => {
    const cases: [string[], RegExp][] = [
      [['x.yaml'], /either --mapping FILE or --from terraform/],
      [['--mapping', 'm', '--from', 'terraform', ...OWNER, 'x'], /either --mapping/],
      [['--mapping', 'm', '--team', 'a', 'x'], /--mapping needs --application/],
      [['--mapping', 'm', '--application', 'a', 'x'], /--team is required/],
      [['--from', 'terraform', '--offline', '--team', 'a', 'x'], /--application or --application-from/],
      [['--application-from', 'tag', 'x'], /--application-from must be module/],
      [['--application', '../a', 'x'], /--application must be/],
      [['--mapping', 'm', ...OWNER], /exactly one file/],
    ];
    for (const [args, message] of cases) {
      const { status, err } = await runCommand(convertCommand, args);
      assert.equal(status, 64);
      assert.match(err, message);
    }
  });
});

const monitor = (name: string, id: string, tags: string[]): JsonObject => ({
  address: `datadog_monitor.${name}`,
  mode: 'managed',
  type: 'datadog_monitor',
  values: {
    id,
    name,
    type: 'query alert',
    query: 'avg(last_5m):avg:system.load.5{env:prod} > 4',
    tags,
    monitor_thresholds: [{ critical: '4' }],
  },
});
const stateWith = (...resources: JsonObject[]) => printJson({ values: { root_module: { resources } } });

describe('birddog convert --from terraform --offline', () => {
  const OFFLINE = ['--from', 'terraform', '--offline', '--team', 'payments'];

  it('writes one file for each application, removed.tf, and the addresses that it leaves out', async (t) => {
    const slo = { address: 'datadog_service_level_objective.a', mode: 'managed', values: {} };
    const state = stateWith(monitor('load', '1', ['service:web']), monitor('other', '2', []), {
      ...slo,
      type: 'datadog_service_level_objective',
    });
    const path = folderWith(t, { 'state.json': state });
    const args = [...OFFLINE, '--application-from', 'tag:service', '--application', 'rest'];
    const run = () => runCommand(convertCommand, [...args, '--out', path('out'), path('state.json')]);
    const { status, out, err } = await run();
    assert.deepEqual([status, out], [2, '']);
    assert.match(err, /^left out: datadog_service_level_objective\.a: documents have only/m);
    assert.match(readFileSync(path('out/web.yaml'), 'utf8'), /key: load\n {4}adopt: "1"\n/);
    assert.match(readFileSync(path('out/rest.yaml'), 'utf8'), /key: other\n/);
    assert.match(readFileSync(path('out/removed.tf'), 'utf8'), /from = datadog_monitor\.load\n/);
    const again = await run();
    assert.equal(again.status, 1);
    assert.match(again.err, /rest\.yaml: the file already exists/);
  });

  it('prints documents as a stream, or everything as JSON', async () => {
    const input = stateWith(monitor('a', '1', ['service:a']), monitor('b', '2', ['service:b']));
    const args = [...OFFLINE, '--application-from', 'tag:service', '-'];
    const { status, out } = await runCommand(convertCommand, args, { input });
    assert.deepEqual([status, out.split('---\n').length], [0, 2]);
    assert.deepEqual(
      (await lintText(out, 'yaml')).filter(({ severity }) => severity === 'error'),
      [],
    );
    const json = await runCommand(convertCommand, ['--json', ...args], { input });
    assert.match(json.out, /^\{"documents":\[.*\],"left_out":\[\],"removed":"#/);
  });

  it('fails if nothing can be converted, or the file is no state', async () => {
    const args = [...OFFLINE, '--application', 'a', '-'];
    const cases: [string, RegExp][] = [
      [stateWith(), /nothing was converted/],
      ['{"version": 4}', /not the output of "terraform show -json"/],
      ['{"values": ', /-:1:\d+: error: /],
    ];
    for (const [input, message] of cases) {
      const { status, err } = await runCommand(convertCommand, args, { input });
      assert.equal(status, 1);
      assert.match(err, message);
    }
  });
});

describe('birddog convert --from terraform', () => {
  it('reads objects from Datadog through Birddog, and fails if it does not answer', async () => {
    const args = ['--from', 'terraform', ...OWNER, '--url', 'http://127.0.0.1:1', '-'];
    const { status, out } = await runCommand(convertCommand, args, {
      input: stateWith(monitor('a', '1', [])),
    });
    assert.deepEqual([status, out], [69, '']);
  });

  it('reads up to 100 objects with one request, and names those that are not applied', async () => {
    const placed = Array.from(
      { length: 251 },
      (_, at): PlacedResource => ({
        address: `datadog_monitor.m[${at}]`,
        type: 'datadog_monitor',
        values: at === 250 ? {} : { id: String(1000 + at) },
        stored: 'monitor',
        application: at < 120 ? 'a' : 'b',
      }),
    );
    const sizes: [string, number][] = [];
    const { found, leftOut } = await readObjects(
      placed,
      async (application, ids) => {
        sizes.push([application, ids.length]);
        const monitors = ids.map((id) => ({ key: `k${id}`, adopt: id, name: id }));
        const document = { apiVersion: 'birddog/v1', application, team: 't', monitors };
        return { application, route: 'listed', document, findings: [], request_id: 'r' };
      },
      () => {},
    );
    assert.deepEqual(sizes, [
      ['a', 100],
      ['a', 20],
      ['b', 100],
      ['b', 30],
    ]);
    assert.deepEqual([found.length, found[0]?.object], [250, { id: '1000', name: '1000' }]);
    assert.deepEqual(
      leftOut.map(({ address }) => address),
      ['datadog_monitor.m[250]'],
    );
  });
});
