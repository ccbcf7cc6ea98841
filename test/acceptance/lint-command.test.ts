import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { birddog, ended, folderWith, ROOT } from './birddog-command.ts';
import { lint, findingsOf } from './run-lint.ts';

const GOOD = 'type: query alert\nquery: avg(last_5m):avg:a{*} > 1\n';
const BAD = 'type: query alert\nquery: agv(last_5m):avg:a{*} > 1 # c\n';
const COUNTS = `# of the web team
type: query alert
query: 'avg(last_5m):sum:web.errors{*}.as_count() > 1'   # errors
name: "It's many" # said
message: '@slack-web'
`;

describe('birddog lint', () => {
  it('shows the line, marks the range, and gives a hint', async (t) => {
    const folder = folderWith(t, { 'm.yaml': BAD });
    const { status, out, err } = await birddog(folder, ['lint', 'm.yaml']);
    assert.equal(
      out,
      `m.yaml:2:8: error: Datadog rejects the query: "agv" is not an aggregator. [unknown_aggregator]
  2 | query: agv(last_5m):avg:a{*} > 1 # c
    |        ^~~
  hint: Did you mean avg?

1 error and 0 warnings in 1 file
`,
    );
    assert.deepEqual([status, err], [1, '']);
  });

  it('shows a typo of a known metric where it is written, in a monitor, an alert and a dashboard', async (t) => {
    const document = `apiVersion: birddog/v1
application: shop
team: web
monitors:
  - key: a
    name: Connections
    type: query alert
    query: avg(last_5m):avg:postgresql.conections{*} > 100
alerts:
  - title: Connections
    signal: {metric: postgresql.conections}
    condition: {over: 5m, above: 100}
dashboards:
  - title: Connections
    layout_type: ordered
    widgets:
      - definition:
          type: timeseries
          requests: [{q: 'avg:postgresql.connections{*}, avg:postgresql.conections{*}'}]
`;
    const { out } = await birddog(folderWith(t, { 'd.yaml': document }), ['lint', 'd.yaml']);
    const found = [...out.matchAll(/^d\.yaml:(\S+): warning: .*\[unknown_metric\]$/gm)];
    assert.deepEqual(
      found.map(([, place]) => place),
      ['8:29', '11:22', '19:62'],
    );
  });

  it('exits with 0 without errors, and with 1 for errors or, with --strict, for warnings', async (t) => {
    const folder = folderWith(t, { 'good.yaml': GOOD, 'bad.yaml': BAD, 'warned.yml': COUNTS });
    assert.deepEqual(await lint(folder, ['good.yaml']), {
      status: 0,
      out: '1 file, no findings\n',
      err: '',
    });
    assert.equal((await lint(folder, ['good.yaml', 'bad.yaml'])).status, 1);
    assert.equal((await lint(folder, ['warned.yml'])).status, 0);
    assert.equal((await lint(folder, ['--strict', 'warned.yml'])).status, 1);
    assert.equal((await lint(folder, ['--strict', 'good.yaml'])).status, 0);
  });

  it('hides infos, and shows and fixes them with --all-findings', async (t) => {
    const folder = folderWith(t, { 'm.yaml': GOOD.replace('query alert', 'metric alert') });
    const hidden = await lint(folder, ['--strict', '--fix', 'm.yaml']);
    assert.deepEqual(hidden, {
      status: 0,
      out: '1 file, no findings; 1 info not shown (pass --all-findings)\n',
      err: '',
    });
    for (const format of ['json', 'sarif', 'github'])
      assert.doesNotMatch(
        (await lint(folder, ['--format', format, 'm.yaml'])).out,
        /Datadog uses both names/,
      );
    const shown = await lint(folder, ['--strict', '--all-findings', 'm.yaml']);
    assert.match(shown.out, /^m\.yaml:1:7: info: .* \[metric_alert_type\]\n/);
    assert.match(shown.out, /\n0 errors, 0 warnings and 1 info in 1 file; 1 fix available with --fix\n$/);
    assert.equal(shown.status, 0);
    const fixed = await lint(folder, ['--fix', '--all-findings', 'm.yaml']);
    assert.match(fixed.out, /fixed: Change to query alert/);
    assert.equal(readFileSync(join(folder, 'm.yaml'), 'utf8'), GOOD);
  });

  it('exits with 1 and a message for an unreadable file, and checks the other files', async (t) => {
    const folder = folderWith(t, { 'bad.yaml': BAD, 'secret.yaml': GOOD, 'x.txt': GOOD });
    const { status, out, err } = await birddog(folder, ['lint', 'none.yaml', 'x.txt', 'bad.yaml']);
    assert.equal(status, 1);
    assert.match(err, /^birddog lint: none\.yaml: no such file$/m);
    assert.match(err, /^birddog lint: x\.txt: unknown extension: /m);
    assert.match(out, /bad\.yaml:2:8: error/);
    const huge = await lint(folder, ['-'], `# ${'x'.repeat(16 * 1024 * 1024)}`);
    assert.deepEqual([huge.status, /maximum of 16777216 bytes/.test(huge.err)], [1, true]);
  });

  it('checks all files of a folder with a known extension, except hidden and installed ones', async (t) => {
    const folder = folderWith(t, { 'b.yaml': BAD, 'a.txt': BAD, '.c.yaml': BAD });
    for (const below of ['team/deep', 'node_modules', '.git']) {
      mkdirSync(join(folder, below), { recursive: true });
      writeFileSync(join(folder, below, 'm.YML'), BAD);
    }
    mkdirSync(join(folder, 'empty'));
    const { status, out, err } = await lint(folder, ['.', 'empty']);
    assert.deepEqual(out.match(/^\S+:2:8: error/gm), ['b.yaml:2:8: error', 'team/deep/m.YML:2:8: error']);
    assert.deepEqual(
      [status, err],
      [1, 'birddog lint: empty: this folder has no file that ends in .yaml, .yml, .json or .toml\n'],
    );
  });

  for (const args of [
    [],
    ['--nope', 'a.yaml'],
    ['--format', 'xml', 'a.yaml'],
    ['--input-format', 'ini', '-'],
    ['-', '-'],
  ]) {
    it(`exits with 64 and prints the usage for the arguments ${JSON.stringify(args)}`, async (t) => {
      const { status, out, err } = await lint(folderWith(t, {}), args);
      assert.deepEqual([status, out], [64, '']);
      assert.match(err, /^birddog lint: .+\n\nusage: birddog lint/);
    });
  }

  it('prints its usage with --help', async (t) => {
    const { status, out } = await lint(folderWith(t, {}), ['--help']);
    assert.equal(status, 0);
    assert.match(out, /^usage: birddog lint \[OPTION\.\.\.\] FILE\.\.\.$/m);
  });

  it('accepts documents, create requests, and Datadog objects without an application', async (t) => {
    const folder = folderWith(t, {
      'document.yaml': 'apiVersion: birddog/v1\nteam: t\nmonitors: []\n',
      'create.json':
        '{"application": "a", "team": "t", "monitor": {"name": "x", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1", "message": "@slack-a"}}',
      'dashboard.toml': 'title = "D"\nlayout_type = "ordered"\nwidgets = []\n',
      'alert.yaml': 'application: a\nteam: t\nalert: {title: x}\n',
      'no-version.yaml': 'application: a\nteam: t\nalerts: []\n',
      'no-list.yaml': 'application: b\nteam: t\nmonitors: {}\n',
      'none.yaml': '# nothing\n',
    });
    const found = await findingsOf(folder, [
      'document.yaml',
      'create.json',
      'dashboard.toml',
      'alert.yaml',
      'no-version.yaml',
      'no-list.yaml',
      'none.yaml',
    ]);
    assert.deepEqual(
      found.map(({ file, code }) => `${file} ${code}`),
      [
        'document.yaml missing_member',
        'alert.yaml missing_member',
        'no-list.yaml wrong_value',
        'none.yaml no_document',
      ],
    );
  });

  it('reads standard input, by default as YAML', async (t) => {
    const folder = folderWith(t, {});
    assert.match((await birddog(folder, ['lint', '-'], { input: BAD })).out, /^-:2:8: error/);
    const toml = `type = "query alert"\nquery = "agv(last_5m):avg:a{*} > 1"\n`;
    assert.match((await lint(folder, ['-', '--input-format', 'toml'], toml)).out, /^-:2:10: error/);
  });

  it('checks each document of a YAML stream and reports the lines of the file', async (t) => {
    const stream = `# one\n%YAML 1.2\n---\n${GOOD}---\n# nothing\n---\n${BAD}...\n---\n${BAD}---\n`;
    const found = await findingsOf(folderWith(t, { 's.yaml': stream }), ['s.yaml']);
    assert.deepEqual(
      found.map(({ line, column, document }) => [line, column, document]),
      [
        [10, 8, 2],
        [14, 8, 3],
      ],
    );
    const broken = await findingsOf(folderWith(t, { 's.yaml': `${GOOD}---\na: [\n` }), ['s.yaml']);
    assert.deepEqual(
      broken.map(({ code, line }) => [code, line]),
      [['malformed_yaml', 5]],
    );
  });

  it('reports the position of a syntax error', async (t) => {
    const folder = folderWith(t, { 'a.json': '{"type": }', 'b.toml': 'type = x' });
    writeFileSync(join(folder, 'c.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff]));
    const found = await findingsOf(folder, ['a.json', 'b.toml', 'c.yaml']);
    assert.deepEqual(
      found.map(({ file, code, line, column }) => [file, code, line, column]),
      [
        ['a.json', 'malformed_json', 1, 10],
        ['b.toml', 'malformed_toml', 1, 8],
        ['c.yaml', 'invalid_utf8', 1, 4],
      ],
    );
  });

  it('prints no control character of a file or its name', async (t) => {
    const name = 'a\x1b[31m.yaml';
    const folder = folderWith(t, {
      [name]: 'type: query alert\nquery: "agv(last_5m):avg:\x9b{*} > \u202e1"\n\u001bx: 1\n',
    });
    for (const format of ['text', 'json', 'sarif', 'github']) {
      const { out, err } = await lint(folder, ['--format', format, name, 'no\x1bfile.yaml']);
      assert.doesNotMatch(out + err, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, format);
    }
  });

  it('marks the range after tabs and wide characters, and in a very long line', async (t) => {
    const rest = 'agv(last_5m):avg:a{*} > 1';
    for (const [before, marks] of [
      ['{"type": "query alert",\t\t"query": "', 38],
      ['{"type": "query alert", "message": "@a日😀", "query": "', 55],
      ['{"type": "query alert", "message": "@ae\u0301", "query": "', 52],
    ] as const) {
      const { out } = await lint(folderWith(t, { 'a.json': `${before}${rest}"}` }), ['a.json']);
      const [, , row = ''] = out.split('\n');
      assert.equal(row.indexOf('^') - '    | '.length, marks, out);
      assert.match(row, /\^~~$/);
    }
    const long = `{"message": "@${'x'.repeat(5000)}", "type": "query alert", "query": "${rest}"}`;
    const { out } = await lint(folderWith(t, { 'a.json': long }), ['a.json']);
    const [, line = '', row = ''] = out.split('\n');
    assert.ok(line.length < 200, line);
    assert.equal(line.slice(row.indexOf('^'), row.indexOf('^') + 3), 'agv');
  });

  it('exits with its usual status and no error when the reader closes the pipe', async (t) => {
    const folder = folderWith(t, { 'm.yaml': `${BAD}---\n`.repeat(3000) });
    const command = `"$1/bin/birddog" lint m.yaml | head -1; exit "\${PIPESTATUS[0]}"`;
    const { status, out, err } = await ended(spawn('bash', ['-c', command, 'bash', ROOT], { cwd: folder }));
    assert.match(out, /^m\.yaml:2:8: error: .*\n$/);
    assert.deepEqual([status, err], [1, '']);
  });

  it('uses colors only on a terminal, and never with NO_COLOR', async (t) => {
    const folder = folderWith(t, { 'm.yaml': BAD });
    assert.doesNotMatch((await birddog(folder, ['lint', 'm.yaml'])).out, /\x1b/);
    assert.match((await birddog(folder, ['lint', 'm.yaml'], { env: { FORCE_COLOR: '1' } })).out, /\x1b\[/);
    const onTerminal = async (env: Record<string, string>) => {
      const args = ['-qec', `'${ROOT}/bin/birddog' lint m.yaml`, '/dev/null'];
      const { PATH } = process.env;
      const child = spawn('script', args, { cwd: folder, env: { PATH, TERM: 'xterm-256color', ...env } });
      return (await ended(child)).out;
    };
    assert.match(await onTerminal({}), /\x1b\[/);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
      const out = await onTerminal(env);
      assert.match(out, /m\.yaml:2:8: error:/);
      assert.doesNotMatch(out, /\x1b/);
    }
  });
});

describe('birddog lint --format sarif', () => {
  it('prints a SARIF 2.1.0 log whose results have rules, locations and fixes', async (t) => {
    const folder = folderWith(t, { 'a b.yaml': COUNTS, 'bad.json': '{"type": ' });
    const { status, out } = await birddog(folder, ['lint', '--format', 'sarif', 'a b.yaml', 'bad.json']);
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
        description: { text: 'Change to sum' },
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
  it('prints an escaped workflow command for each finding', async (t) => {
    const folder = folderWith(t, { 'a,b:c%.yaml': `${BAD}tags: ["birddog-key:100%"]\n` });
    const { out } = await lint(folder, ['--format', 'github', 'a,b:c%.yaml']);
    assert.equal(
      out.split('\n')[0],
      '::error file=a%2Cb%3Ac%25.yaml,line=2,col=8,endLine=2,endColumn=11,title=unknown_aggregator::Datadog rejects the query: "agv" is not an aggregator. Did you mean avg?',
    );
  });
});

describe('birddog lint --fix', () => {
  const JSON_TEXT = `{\r\n  "type": "query alert",\r\n  "message": "\\u00e9 \\"x\\" @a",\r\n  "query": "\\u0061vg(last_5m):sum:a{*}.as_count() > 1"\r\n}\r\n`;
  const TOML_TEXT = `# c\ntype = 'query alert' # d\nquery = 'avg(last_5m):sum:a{x:y}.as_count() > 1' # e\nmessage = 'a "b\\c" @a'\n`;
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
    it(`fixes ${name}, changes nothing else, and reports the fixes`, async (t) => {
      const folder = folderWith(t, { [name]: text });
      chmodSync(join(folder, name), 0o640);
      const { status, out } = await lint(folder, ['--fix', name]);
      assert.equal(readFileSync(join(folder, name), 'utf8'), wanted);
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o640);
      assert.deepEqual(readdirSync(folder), [name]);
      assert.match(out, /^\S+:\d+:\d+: fixed: \w.+ \[\w+\]$/m);
      assert.match(out, /1 file, no findings\n$/);
      assert.equal(status, 0);
    });
  }

  it('leaves findings without a fix, and does not write a file without fixes', async (t) => {
    const folder = folderWith(t, { 'a.yaml': BAD });
    const before = statSync(join(folder, 'a.yaml'));
    const { status, out } = await birddog(folder, ['lint', '--fix', 'a.yaml']);
    assert.equal(status, 1);
    assert.match(out, /^a\.yaml:2:8: error/);
    assert.equal(statSync(join(folder, 'a.yaml')).ino, before.ino);
  });

  it('writes to the target of a symbolic link', async (t) => {
    const folder = folderWith(t, { 'real.yaml': COUNTS });
    symlinkSync('real.yaml', join(folder, 'link.yaml'));
    await lint(folder, ['--fix', 'link.yaml']);
    assert.match(readFileSync(join(folder, 'real.yaml'), 'utf8'), /'sum\(/);
  });

  it('prints the fixed text of standard input to standard output, and findings to standard error', async (t) => {
    const { status, out, err } = await birddog(folderWith(t, {}), ['lint', '--fix', '-'], { input: COUNTS });
    assert.equal(out, COUNTS.replace("'avg", "'sum"));
    assert.match(err, /^-:3:9: fixed: Change to sum \[as_count_without_sum\]\n1 file, no findings$/m);
    assert.equal(status, 0);
  });
});
