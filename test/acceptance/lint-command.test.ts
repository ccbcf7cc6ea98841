import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** `birddog lint` in a folder with these files. */
async function lint(
  folder: string,
  args: readonly string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(join(ROOT, 'bin/birddog'), ['lint', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], BIRDDOG_BUNDLES: process.env['BIRDDOG_BUNDLES'], ...env },
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [out, err] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const status = await new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) resolve(child.exitCode);
    else child.once('close', resolve);
  });
  return { status, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

function folderWith(t: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-lint-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const GOOD = 'type: query alert\nquery: avg(last_5m):avg:a{*} > 1\n';
const BAD = 'type: query alert\nquery: agv(last_5m):avg:a{*} > 1 # c\n';
const COUNTS = `# of the web team
type: query alert
query: 'avg(last_5m):sum:web.errors{*}.as_count() > 1'   # errors
name: "It's many" # said
`;

interface Told {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly end_line?: number;
  readonly end_column?: number;
  readonly code: string;
  readonly severity: string;
  readonly document?: number;
  readonly pointer: string;
}

async function told(folder: string, args: readonly string[], input?: string): Promise<Told[]> {
  const { out } = await lint(folder, ['--format', 'json', ...args], input === undefined ? {} : { input });
  return JSON.parse(out);
}

describe('birddog lint', () => {
  it('shows the line, marks the place, and says what to do', async (t) => {
    const folder = folderWith(t, { 'm.yaml': BAD });
    const { status, out, err } = await lint(folder, ['m.yaml']);
    assert.equal(
      out,
      `m.yaml:2:8: error: Datadog refuses the query: it cannot aggregate by "agv". [unknown_aggregator]
  2 | query: agv(last_5m):avg:a{*} > 1 # c
    |        ^~~
  hint: Did you mean avg?

1 error and 0 warnings in 1 file
`,
    );
    assert.deepEqual([status, err], [1, '']);
  });

  it('ends with 0 where nothing is wrong and for warnings, with 1 for errors and with --strict for warnings', async (t) => {
    const folder = folderWith(t, { 'good.yaml': GOOD, 'bad.yaml': BAD, 'warned.yml': COUNTS });
    assert.deepEqual(await lint(folder, ['good.yaml']), {
      status: 0,
      out: '1 file, nothing found\n',
      err: '',
    });
    assert.equal((await lint(folder, ['good.yaml', 'bad.yaml'])).status, 1);
    assert.equal((await lint(folder, ['warned.yml'])).status, 0);
    assert.equal((await lint(folder, ['--strict', 'warned.yml'])).status, 1);
    assert.equal((await lint(folder, ['--strict', 'good.yaml'])).status, 0);
  });

  it('ends with 2 and a sentence for what cannot be read, and looks at the rest', async (t) => {
    const folder = folderWith(t, { 'bad.yaml': BAD, 'secret.yaml': GOOD, 'x.txt': GOOD });
    const { status, out, err } = await lint(folder, ['none.yaml', '.', 'x.txt', 'bad.yaml']);
    assert.equal(status, 2);
    assert.match(err, /^birddog lint: none\.yaml: there is no such file$/m);
    assert.match(err, /^birddog lint: x\.txt: its name ends with none of /m);
    assert.match(out, /bad\.yaml:2:8: error/);
    const asFolder = await lint(folder, ['--input-format', 'yaml', '.']);
    assert.match(asFolder.err, /it is a folder: name the files in it/);
    const huge = await lint(folder, ['-'], { input: `# ${'x'.repeat(16 * 1024 * 1024)}` });
    assert.deepEqual([huge.status, /more than 16777216 bytes/.test(huge.err)], [2, true]);
  });

  for (const args of [
    [],
    ['--nope', 'a.yaml'],
    ['--format', 'xml', 'a.yaml'],
    ['--input-format', 'ini', '-'],
    ['-', '-'],
  ]) {
    it(`ends with 2 and the usage when called with ${JSON.stringify(args)}`, async (t) => {
      const { status, out, err } = await lint(folderWith(t, {}), args);
      assert.deepEqual([status, out], [2, '']);
      assert.match(err, /^birddog lint: .+\n\nusage: birddog lint/);
    });
  }

  it('says how it is used when asked', async (t) => {
    const { status, out } = await lint(folderWith(t, {}), ['--help']);
    assert.equal(status, 0);
    assert.match(out, /^usage: birddog lint \[OPTION\.\.\.\] FILE\.\.\.$/m);
  });

  it('takes documents, creates, and objects as Datadog has them, of which no application is asked', async (t) => {
    const folder = folderWith(t, {
      'document.yaml': 'apiVersion: birddog/v1\nteam: t\nmonitors: []\n',
      'create.json':
        '{"application": "a", "team": "t", "monitor": {"name": "x", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1"}}',
      'dashboard.toml': 'title = "D"\nlayout_type = "ordered"\nwidgets = []\n',
      'alert.yaml': 'application: a\nteam: t\nalert: {title: x}\n',
      'none.yaml': '# nothing\n',
    });
    const found = await told(folder, [
      'document.yaml',
      'create.json',
      'dashboard.toml',
      'alert.yaml',
      'none.yaml',
    ]);
    assert.deepEqual(
      found.map(({ file, code }) => `${file} ${code}`),
      [
        'document.yaml missing_member',
        'alert.yaml missing_member',
        'alert.yaml missing_member',
        'none.yaml wrong_value',
      ],
    );
  });

  it('reads standard input, as YAML unless told otherwise', async (t) => {
    const folder = folderWith(t, {});
    assert.match((await lint(folder, ['-'], { input: BAD })).out, /^-:2:8: error/);
    const toml = `type = "query alert"\nquery = "agv(last_5m):avg:a{*} > 1"\n`;
    assert.match(
      (await lint(folder, ['-', '--input-format', 'toml'], { input: toml })).out,
      /^-:2:10: error/,
    );
  });

  it('reads each document of a YAML stream, at the lines of the file', async (t) => {
    const stream = `# one\n%YAML 1.2\n---\n${GOOD}---\n# nothing\n---\n${BAD}...\n---\n${BAD}---\n`;
    const found = await told(folderWith(t, { 's.yaml': stream }), ['s.yaml']);
    assert.deepEqual(
      found.map(({ line, column, document }) => [line, column, document]),
      [
        [10, 8, 2],
        [14, 8, 3],
      ],
    );
    const broken = await told(folderWith(t, { 's.yaml': `${GOOD}---\na: [\n` }), ['s.yaml']);
    assert.deepEqual(
      broken.map(({ code, line }) => [code, line]),
      [['malformed_yaml', 5]],
    );
  });

  it('says where a text cannot be read', async (t) => {
    const folder = folderWith(t, { 'a.json': '{"type": }', 'b.toml': 'type = x' });
    writeFileSync(join(folder, 'c.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    const found = await told(folder, ['a.json', 'b.toml', 'c.yaml']);
    assert.deepEqual(
      found.map(({ file, code, line, column }) => [file, code, line, column]),
      [
        ['a.json', 'malformed_json', 1, 10],
        ['b.toml', 'malformed_toml', 1, 8],
        ['c.yaml', 'invalid_utf8', 1, 4],
      ],
    );
  });

  it('lets no control character of a file or its name reach the terminal', async (t) => {
    const name = 'a\x1b[31m.yaml';
    const folder = folderWith(t, {
      [name]: 'type: query alert\nquery: "agv(last_5m):avg:\x9b{*} > \u202e1"\n\u001bx: 1\n',
    });
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { out, err } = await lint(folder, ['--format', format, name, 'no\x1bfile.yaml']);
      assert.doesNotMatch(out + err, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, format);
    }
  });

  it('marks the place below tabs, wide characters and in a line too long to show', async (t) => {
    const rest = 'agv(last_5m):avg:a{*} > 1';
    for (const [before, marks] of [
      ['{"type": "query alert",\t\t"query": "', 38],
      ['{"type": "query alert", "name": "日本😀", "query": "', 52],
      ['{"type": "query alert", "name": "e\u0301", "query": "', 47],
    ] as const) {
      const { out } = await lint(folderWith(t, { 'a.json': `${before}${rest}"}` }), ['a.json']);
      const [, , row = ''] = out.split('\n');
      assert.equal(row.indexOf('^') - '    | '.length, marks, out);
      assert.match(row, /\^~~$/);
    }
    const long = `{"name": "${'x'.repeat(5000)}", "type": "query alert", "query": "${rest}"}`;
    const { out } = await lint(folderWith(t, { 'a.json': long }), ['a.json']);
    const [, line = '', row = ''] = out.split('\n');
    assert.ok(line.length < 200, line);
    assert.equal(line.slice(row.indexOf('^'), row.indexOf('^') + 3), 'agv');
  });

  it('uses colours on a terminal alone, and never against NO_COLOR', async (t) => {
    const folder = folderWith(t, { 'm.yaml': BAD });
    assert.doesNotMatch((await lint(folder, ['m.yaml'])).out, /\x1b/);
    assert.match((await lint(folder, ['m.yaml'], { env: { FORCE_COLOR: '1' } })).out, /\x1b\[/);
    assert.doesNotMatch((await lint(folder, ['m.yaml'], { env: { NO_COLOR: '1' } })).out, /\x1b/);
  });
});

/** Texts with a query that names no aggregator, and the line and column of its name. */
const PLACES: readonly (readonly [name: string, text: string, line: number, column: number])[] = [
  ['folded.yaml', 'type: query alert\nquery: >-\n  avg(last_5m):\n  agv:a{*} > 1\n', 4, 3],
  [
    'literal.yaml',
    'type: query alert\nmessage: |\n  x\nquery: |\n  avg(last_5m):\n\n   agv:a{*} > 1\n',
    7,
    4,
  ],
  ['escapes.yaml', 'type: query alert\nquery: "avg(last_5m):\\t\\u0020\\U00000020agv:a{*} > 1"\n', 2, 40],
  ['continued.yaml', 'type: query alert\nquery: "avg(last_5m):\\\n   agv:a{*} > 1"\n', 3, 4],
  ['single.yaml', "type: query alert\nname: 'it''s'\nquery: 'avg(last_5m):\n\n   agv:a{*} > 1'\n", 5, 4],
  ['plain.yaml', 'type: query alert\nquery: avg(last_5m):avg:a{*} +\n   agv:a{*} > 1\n', 3, 4],
  ['flow.yaml', '{type: query alert, query: "avg(last_5m):agv:a{*} > 1"}', 1, 42],
  ['crlf.yaml', 'type: query alert\r\nquery: >-\r\n  avg(last_5m):\r\n  agv:a{*} > 1\r\n', 4, 3],
  ['bom.yaml', '\ufefftype: query alert\nquery: avg(last_5m):agv:a{*} > 1\n', 2, 21],
  ['bom.json', '\ufeff{"type": "query alert", "query": "avg(last_5m):agv:a{*} > 1"}', 1, 48],
  ['escapes.json', '{"type": "query alert", "query": "avg(last_5m):\\u0020\\t\\nagv:a{*} > 1"}', 1, 58],
  [
    'pairs.json',
    '{"type": "query alert", "query": "avg(last_5m):avg:a{x:\\ud83d\\ude00😀} + agv:a{*} > 1"}',
    1,
    74,
  ],
  ['literal.toml', "type = 'query alert'\nquery = 'avg(last_5m):agv:a{*} > 1'\n", 2, 23],
  ['lines.toml', 'type = "query alert"\nquery = """\navg(last_5m):\n  agv:a{*} > 1"""\n', 4, 3],
  ['raw-lines.toml', "type = 'query alert'\r\nquery = '''\r\navg(last_5m):\r\n  agv:a{*} > 1'''\r\n", 4, 3],
  ['folded.toml', 'type = "query alert"\nquery = """avg(last_5m):\\\n   agv:a{*} > 1"""\n', 3, 4],
];

describe('the place of a finding', () => {
  for (const [name, text, line, column] of PLACES) {
    it(`is that of the very word in ${name}`, async (t) => {
      const found = await told(folderWith(t, { [name]: text }), [name]);
      assert.deepEqual(
        found.map((f) => [f.line, f.column, f.end_line, f.end_column]),
        [[line, column, line, column + 3]],
      );
    });
  }
});

describe('birddog lint --format sarif', () => {
  it('is a log of SARIF 2.1.0 whose results name their rules, places and fixes', async (t) => {
    const folder = folderWith(t, { 'a b.yaml': COUNTS, 'bad.json': '{"type": ' });
    const { status, out } = await lint(folder, ['--format', 'sarif', 'a b.yaml', 'bad.json']);
    assert.equal(status, 1);
    const log = JSON.parse(out);
    assert.equal(log.version, '2.1.0');
    assert.match(log.$schema, /sarif-schema-2\.1\.0\.json$/);
    const [run] = log.runs;
    assert.equal(run.columnKind, 'utf16CodeUnits');
    const { name, rules } = run.tool.driver;
    assert.equal(name, 'Birddog');
    assert.equal(new Set(rules.map((rule: { id: string }) => rule.id)).size, rules.length);
    const counted = rules.find((rule: { id: string }) => rule.id === 'as_count_without_sum');
    assert.equal(counted.defaultConfiguration.level, 'warning');
    assert.match(counted.help.text, /last_5m/);
    assert.ok(counted.shortDescription.text);
    for (const { ruleId, ruleIndex, level, message, locations } of run.results) {
      assert.equal(rules[ruleIndex].id, ruleId);
      assert.match(level, /^(?:error|warning)$/);
      assert.ok(message.text.length > 0 && locations.length === 1);
    }
    const [first, second] = run.results;
    assert.deepEqual(first.locations[0].physicalLocation, {
      artifactLocation: { uri: 'a%20b.yaml' },
      region: { startLine: 3, startColumn: 9, endLine: 3, endColumn: 12 },
    });
    assert.deepEqual(first.fixes, [
      {
        description: { text: 'Write sum' },
        artifactChanges: [
          {
            artifactLocation: { uri: 'a%20b.yaml' },
            replacements: [
              {
                deletedRegion: { startLine: 3, startColumn: 9, endLine: 3, endColumn: 12 },
                insertedContent: { text: 'sum' },
              },
            ],
          },
        ],
      },
    ]);
    assert.equal(second.ruleId, 'malformed_json');
  });
});

describe('birddog lint --format github', () => {
  it('gives a workflow command for each finding, escaped as they must be', async (t) => {
    const folder = folderWith(t, { 'a,b:c%.yaml': `${BAD}tags: ["birddog-key:100%"]\n` });
    const { out } = await lint(folder, ['--format', 'github', 'a,b:c%.yaml']);
    assert.equal(
      out.split('\n')[0],
      '::error file=a%2Cb%3Ac%25.yaml,line=2,col=8,endLine=2,endColumn=11,title=unknown_aggregator::Datadog refuses the query: it cannot aggregate by "agv". Did you mean avg?',
    );
  });
});

describe('birddog lint --fix', () => {
  const JSON_TEXT = `{\r\n  "type": "query alert",\r\n  "name": "\\u00e9 \\"x\\"",\r\n  "query": "\\u0061vg(last_5m):sum:a{*}.as_count() > 1"\r\n}\r\n`;
  const TOML_TEXT = `# c\ntype = 'query alert' # d\nquery = 'avg(last_5m):sum:a{x:"\\y"}.as_count() > 1' # e\n`;
  const LOGS = `type: log alert # a\nquery: logs("x").index("*").rollup("count").last("5m") > 10\noptions:\n  # of silence\n  no_data_timeframe: 10 # ten\n  notify_audit: false # f\n`;
  for (const [name, text, wanted] of [
    ['m.yaml', COUNTS, COUNTS.replace("'avg", "'sum")],
    ['m.json', JSON_TEXT, JSON_TEXT.replace('\\u0061vg', 'sum')],
    ['m.toml', TOML_TEXT, TOML_TEXT.replace("'avg", "'sum")],
    ['logs.yaml', LOGS, LOGS.replace('  no_data_timeframe: 10 # ten\n', '')],
    [
      'two.yaml',
      `\ufeff${COUNTS}---\n${GOOD}---\n${COUNTS}`,
      `\ufeff${COUNTS}---\n${GOOD}---\n${COUNTS}`.replaceAll("'avg", "'sum"),
    ],
  ] as const) {
    it(`mends ${name} and nothing else of it, and says so`, async (t) => {
      const folder = folderWith(t, { [name]: text });
      chmodSync(join(folder, name), 0o640);
      const { status, out } = await lint(folder, ['--fix', name]);
      assert.equal(readFileSync(join(folder, name), 'utf8'), wanted);
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o640);
      assert.deepEqual(readdirSync(folder), [name]);
      assert.match(out, /^\S+:\d+:\d+: fixed: \w.+ \[\w+\]$/m);
      assert.match(out, /1 file, nothing found\n$/);
      assert.equal(status, 0);
    });
  }

  it('leaves what it cannot mend, and the file alone where there is nothing to mend', async (t) => {
    const folder = folderWith(t, { 'a.yaml': BAD });
    const before = statSync(join(folder, 'a.yaml'));
    const { status, out } = await lint(folder, ['--fix', 'a.yaml']);
    assert.equal(status, 1);
    assert.match(out, /^a\.yaml:2:8: error/);
    assert.equal(statSync(join(folder, 'a.yaml')).ino, before.ino);
  });

  it('writes what a link leads to', async (t) => {
    const folder = folderWith(t, { 'real.yaml': COUNTS });
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    await lint(folder, ['--fix', 'link.yaml']);
    assert.match(readFileSync(join(folder, 'real.yaml'), 'utf8'), /'sum\(/);
  });

  it('prints the mended text of standard input, and the rest beside it', async (t) => {
    const { status, out, err } = await lint(folderWith(t, {}), ['--fix', '-'], { input: COUNTS });
    assert.equal(out, COUNTS.replace("'avg", "'sum"));
    assert.match(err, /^-:3:9: fixed: Write sum \[as_count_without_sum\]\n1 file, nothing found$/m);
    assert.equal(status, 0);
  });
});
