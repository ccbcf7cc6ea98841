import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand } from '../../../test/command-io.ts';
import { readLintConfig } from '../config.ts';
import { EXIT } from '../exit-status.ts';
import { lintCommand } from './lint.ts';

const DOCUMENT = `apiVersion: birddog/v1
application: shop
team: web
alerts:
  - key: load
    title: Load
    signal: {metric: system.load.1}
    condition: {over: 5m, above: 10}
    notify:
      - {to: ["@slack-ordrs"]}
`;

it('birddog lint says nothing about no files after an error', async () => {
  const { status, out, err } = await runCommand(lintCommand, ['no-such-file.yaml']);
  assert.deepEqual([status, out], [EXIT.failed, '']);
  assert.match(err, /no-such-file\.yaml: no such file/);
});

describe('birddog lint of several documents', () => {
  const other = DOCUMENT.replace('shop', 'other');

  it('rejects a second document of an application in another file or in the same one', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'documents-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'a.yaml'), `${other}---\n${DOCUMENT}`);
    writeFileSync(join(folder, 'b.yaml'), DOCUMENT);
    writeFileSync(join(folder, 'c.yaml'), `${other}---\n${DOCUMENT}`);
    const { status, out } = await runCommand(lintCommand, ['--fix', folder]);
    assert.equal(status, EXIT.failed);
    const found = [
      ...out.matchAll(/^\S+\/(\S+): error: \S+\/(\S+) is also a document of (\w+)\..*\[second_document\]$/gm),
    ];
    assert.deepEqual(
      found.map((match) => match.slice(1).join(' ')),
      ['b.yaml:2:14 a.yaml#2 shop', 'c.yaml:2:14 a.yaml#1 other', 'c.yaml:13:14 a.yaml#2 shop'],
    );
    assert.match((await runCommand(lintCommand, [join(folder, 'b.yaml')])).out, /^1 file, no findings$/m);
  });

  it('accepts several documents without an application, and several bodies of creates', async () => {
    const create =
      'application: shop\nteam: web\nmonitor: {type: query alert, name: a, query: "avg(last_5m):avg:a{*} > 1"}\n';
    const without = 'team: web\nmonitors: []\n';
    const { out } = await runCommand(lintCommand, ['-'], {
      input: [create, create, without, without].join('---\n'),
    });
    assert.doesNotMatch(out, /second_document/);
  });
});

it('birddog lint reports tags that make a document too large', async () => {
  const tags = Array.from({ length: 2000 }, (_, at) => `a:${at}`);
  const monitors = Array.from({ length: 600 }, () => ({}));
  const input = JSON.stringify({ application: 'shop', team: 'web', tags, monitors });
  const { status, out } = await runCommand(lintCommand, ['--input-format', 'json', '-'], { input });
  assert.match(out, /^-:1:1: error: The body has at least 1200000 values.*\[too_large\]$/m);
  assert.equal(status, EXIT.failed);
});

describe('birddog lint --handles', () => {
  it('warns about a recipient that the file does not have, where it is written', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'handles-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'handles.txt');
    writeFileSync(file, '@slack-orders\n');
    const lint = (...args: string[]) => runCommand(lintCommand, [...args, '-'], { input: DOCUMENT });
    const { status, out } = await lint('--handles', file, '--strict');
    assert.match(out, /^-:10:16: warning: @slack-ordrs is not a known recipient.*\[handle_unknown\]/m);
    assert.match(out, /hint: Did you mean @slack-orders\?/);
    assert.equal(status, EXIT.failed);
    assert.doesNotMatch((await lint()).out, /handle_unknown/);

    const ofSetting = async (setting: string, ...args: string[]) => {
      const lintConfig = readLintConfig({ BIRDDOG_HANDLES: setting });
      return (await runCommand(lintCommand, [...args, '-'], { input: DOCUMENT, lintConfig })).out;
    };
    assert.match(await ofSetting(file), /handle_unknown/);
    assert.doesNotMatch(await ofSetting('datadog'), /handle_unknown/);
    const other = join(folder, 'other.txt');
    writeFileSync(other, '@slack-ordrs\n');
    assert.doesNotMatch(await ofSetting(file, '--handles', other), /handle_unknown/);

    const fixed = await lint('--handles', file, '--fix');
    assert.match(fixed.out, /to: \["@slack-orders"\]/);

    writeFileSync(file, '@slack orders\n');
    const invalid = await lint('--handles', file);
    assert.equal(invalid.status, EXIT.settings);
    assert.match(invalid.err, /handles\.txt:1:1: "@slack orders" is not a handle/);
    const missing = await lint('--handles', join(folder, 'none'));
    assert.equal(missing.status, EXIT.settings);
    assert.match(missing.err, /none:/);
  });
});
