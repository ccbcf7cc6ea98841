import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkLiteral } from './check-literal.ts';
import { regexFaults } from './faults.ts';
import { scanFile } from './literals.ts';
import { readVerdicts, type Verdict, writeVerdicts } from './verdicts.ts';

const NOTHING_KNOWN = { verdicts: new Map<string, Verdict>(), unknown: {}, dynamic: {} };
const file = (text: string, path = 'src/a.ts') => ({ path, text });
const neverAsked = () => assert.fail('a literal in the table is not checked');
const answers = (verdict: Verdict) => async () => ({ verdict, attack: undefined });

describe('scanFile', () => {
  it('finds literals, constant texts and their lines', () => {
    const { literals, dynamic } = scanFile(
      file(
        [
          '// é',
          'const a = [/x+/dg, { b: (c = /y/) => c }];',
          "new RegExp('a\\\\d', 'u');",
          'RegExp(String.raw`b\\d`);',
          'RegExp(`c`);',
        ].join('\n'),
      ),
    );
    assert.deepEqual(literals, [
      { source: 'x+', flags: 'dg', place: 'src/a.ts:2' },
      { source: 'y', flags: '', place: 'src/a.ts:2' },
      { source: 'a\\d', flags: 'u', place: 'src/a.ts:3' },
      { source: 'b\\d', flags: '', place: 'src/a.ts:4' },
      { source: 'c', flags: '', place: 'src/a.ts:5' },
    ]);
    assert.deepEqual(dynamic, []);
  });

  it('ignores comments, texts and divisions', () => {
    const { literals } = scanFile(file("// /a/\nconst b = '/b/' + `/c/${1}` + 4 / 2 / 1; /* /d/ */"));
    assert.deepEqual(literals, []);
  });

  for (const text of ['RegExp(a)', 'new RegExp(`${a}`)', "new RegExp('a', flags)", "RegExp('a' + b)"]) {
    it(`reports ${text} as built at run time`, () =>
      assert.deepEqual(scanFile(file(`\nx(${text});`)).dynamic, [{ path: 'src/a.ts', line: 2, code: text }]));
  }

  for (const text of [
    "eval('1')",
    "new Function('return 1')",
    "import { exec } from 'node:child_process'",
    "import { execSync as run } from 'child_process'",
    "import processes from 'node:child_process'",
    "import * as processes from 'node:child_process'",
  ]) {
    it(`forbids ${text}`, () => assert.equal(scanFile(file(text)).forbidden.length, 1));
  }

  it('allows starting a program without a shell', () => {
    const text = "import { execFile, spawn } from 'node:child_process'; /a/.exec(b); a.exec('b');";
    assert.deepEqual(scanFile(file(text)).forbidden, []);
  });
});

describe('the check of all regular expressions', () => {
  it('fails for a literal in a new file whose time is exponential, with its place and an attack', async () => {
    const { faults } = await regexFaults([file('\nconst a = /^(a+)+$/;')], NOTHING_KNOWN, checkLiteral);
    assert.equal(faults.length, 1);
    assert.match(
      faults[0] ?? '',
      /^src\/a\.ts:2: \/\^\(a\+\)\+\$\/ takes exponential time, for example on 'a'/,
    );
  });

  it('fails for a literal with the flag d whose time is polynomial', async () => {
    const { faults } = await regexFaults([file('const a = /a+$/dg;')], NOTHING_KNOWN, checkLiteral);
    assert.match(faults.join('\n'), /^src\/a\.ts:1: \/a\+\$\/dg takes polynomial time[^\n]*$/);
  });

  it('fails for a literal with a lookbehind whose slowness only the engine shows', async () => {
    const text = String.raw`const a = /^\s*(['"])(.*)\1\s*;?\s*$/s;`;
    const { faults } = await regexFaults([file(text)], NOTHING_KNOWN, checkLiteral);
    assert.match(faults.join('\n'), /takes polynomial time, for example on .*\.repeat\(\d+\)/);
  });

  it('requests a recorded verdict for a new linear literal', async () => {
    const { faults, verdicts } = await regexFaults([file('const a = /^a+$/d;')], NOTHING_KNOWN, checkLiteral);
    assert.match(faults.join('\n'), /^src\/a\.ts:1: \/\^a\+\$\/d has no verdict yet[^\n]*$/);
    assert.deepEqual([...verdicts], [['/^a+$/d', 'safe']]);
  });

  it('takes a verdict from the table without checking again', async () => {
    const verdicts = new Map<string, Verdict>([
      ['/a/', 'safe'],
      ['/b/', 'polynomial'],
    ]);
    const files = [file('[/a/, /b/]'), file('/a/', 'src/b.ts')];
    const { faults } = await regexFaults(files, { ...NOTHING_KNOWN, verdicts }, neverAsked);
    assert.deepEqual(faults, ['src/a.ts:1: /b/ takes polynomial time']);
  });

  it('fails for a literal that cannot be checked in time, unless a reason is given', async () => {
    const files = [file('/a/')];
    const { faults, verdicts } = await regexFaults(files, NOTHING_KNOWN, answers('unknown'));
    assert.match(faults.join('\n'), /^src\/a\.ts:1: \/a\/ could not be checked in time[^\n]*$/);
    const known = { verdicts, unknown: { '/a/': 'it is short' }, dynamic: {} };
    assert.deepEqual((await regexFaults(files, known, neverAsked)).faults, []);
  });

  it('fails for a vulnerable literal even if a reason is given', async () => {
    const verdicts = new Map<string, Verdict>([['/a/', 'polynomial']]);
    const known = { verdicts, unknown: { '/a/': 'it is short' }, dynamic: {} };
    const { faults } = await regexFaults([file('/a/')], known, neverAsked);
    assert.deepEqual(faults, ['src/a.ts:1: /a/ takes polynomial time', 'exceptions.ts: /a/ needs no reason']);
  });

  it('fails for a regular expression built at run time, unless a reason is given', async () => {
    const files = [file('RegExp(a)')];
    const { faults } = await regexFaults(files, NOTHING_KNOWN, neverAsked);
    assert.match(faults.join('\n'), /^src\/a\.ts:1: RegExp\(a\) is built at run time[^\n]*$/);
    const known = { ...NOTHING_KNOWN, dynamic: { 'src/a.ts: RegExp(a)': 'it is short' } };
    assert.deepEqual((await regexFaults(files, known, neverAsked)).faults, []);
  });

  it('fails for unused verdicts and reasons', async () => {
    const verdicts = new Map<string, Verdict>([['/a/', 'safe']]);
    const known = { verdicts, unknown: { '/b/': 'x' }, dynamic: { 'src/a.ts: RegExp(a)': 'x' } };
    const { faults } = await regexFaults([file('1')], known, neverAsked);
    assert.deepEqual(faults, [
      'verdicts.tsv: /a/ is in no file; run: npm run regexes -- --write',
      'exceptions.ts: /b/ needs no reason',
      'exceptions.ts: src/a.ts: RegExp(a) is in no file',
    ]);
  });

  it('fails for code that is run from text', async () => {
    const { faults } = await regexFaults([file('eval(a)')], NOTHING_KNOWN, neverAsked);
    assert.deepEqual(faults, ['src/a.ts:1: eval(a) runs text as code or as a command line']);
  });
});

describe('the table of verdicts', () => {
  it('reads back as written, sorted by literal', () => {
    const text = 'unknown\t/\\t|a/\nsafe\t/b/g\n';
    assert.equal(writeVerdicts(readVerdicts(text)), text);
    assert.equal(writeVerdicts(new Map([...readVerdicts(text)].toReversed())), text);
  });

  it('is rejected if a line is malformed', () => {
    for (const line of ['fast\t/a/', '/a/', 'safe a', '<<<<<<< a'])
      assert.throws(() => readVerdicts(line), /not a verdict/);
  });
});
