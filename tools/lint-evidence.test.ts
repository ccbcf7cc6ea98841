import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isObject, type JsonObject } from '../src/domain/json.ts';
import { RULE_GROUPS } from '../src/lint/rule-groups.ts';
import { corpusLines, withoutDevelopmentSet } from '../test/corpus.ts';
import { type Evidence, lintEvidence, parseEvidence, shownEvidence } from './lint-evidence.ts';

const EVIDENCE = lintEvidence();
const RECORDED = EVIDENCE.filter(({ kind }) => kind === 'refusal' || kind === 'acceptance');

const ERRORS = RULE_GROUPS.flatMap(({ rules }) =>
  rules.filter(({ severity }) => severity === 'error').map(({ code }) => code),
);

const ADDRESSES: readonly (readonly [kind: Evidence['kind'], address: RegExp])[] = [
  ['issue', /^https:\/\/github\.com\/[\w-]+\/[\w.-]+\/(issues|pull)\/\d+$/],
  ['page', /^https:\/\/[\w.-]+\/\S*$/],
];

describe('evidence.tsv', () => {
  it('names only rules', () => {
    const codes = new Set(RULE_GROUPS.flatMap(({ rules }) => rules.map(({ code }) => code)));
    assert.deepEqual(
      EVIDENCE.filter(({ code }) => !codes.has(code)),
      [],
    );
  });

  it('has evidence for each error', () => {
    const codes = new Set(EVIDENCE.map(({ code }) => code));
    assert.deepEqual(
      ERRORS.filter((code) => !codes.has(code)),
      [],
      'without evidence that Datadog refuses it, a mistake is a warning',
    );
  });

  it('has a recorded response or a public issue for at least 60% of the errors', (t) => {
    const codes = new Set(
      EVIDENCE.filter(({ kind }) => kind !== 'page' && kind !== 'own').map(({ code }) => code),
    );
    const proven = ERRORS.filter((code) => codes.has(code));
    t.diagnostic(`${proven.length} of ${ERRORS.length} errors have a recorded response or a public issue`);
    assert.ok(proven.length >= 0.6 * ERRORS.length, `${proven.length} of ${ERRORS.length}`);
  });

  it('names each source of a rule once', () => {
    const keys = EVIDENCE.map(({ code, source }) => `${code} ${source}`);
    assert.deepEqual(
      keys.filter((key, at) => keys.indexOf(key) < at),
      [],
    );
  });

  it('has an address for each issue and page, and a file for each of the own rules', () => {
    for (const [kind, address] of ADDRESSES)
      for (const { source } of EVIDENCE.filter((evidence) => evidence.kind === kind))
        assert.match(source, address);
    for (const { source } of EVIDENCE.filter(({ kind }) => kind === 'own'))
      assert.ok(existsSync(join(import.meta.dirname, '../docs', source)), source);
  });

  for (const evidence of RECORDED) {
    const { code, kind, source, words } = evidence;
    it(`${code}: ${source} is a recorded ${kind} with the finding`, { skip: withoutDevelopmentSet }, () => {
      const { request, response } = recordingAt(source);
      assert.ok(isObject(request) && isObject(response) && isObject(request['body']));
      assert.equal(Number(response['status']) < 300, kind === 'acceptance');
      const text = Object.values(kind === 'acceptance' ? request : response).map((part) =>
        JSON.stringify(part),
      );
      assert.ok(text.join('\n').includes(words), 'the recording contains the words');
      assert.ok(
        codesOf(code, request['body']).includes(code),
        'lint finds the mistake in the recorded request',
      );
    });
  }

  it('rejects a line that lacks a column or has an unknown kind', () => {
    const heading = 'code\tkind\tsource\twords';
    assert.deepEqual(parseEvidence(`${heading}\na_rule\tpage\thttps://x.org/\tb c\n`), [
      { code: 'a_rule', kind: 'page', source: 'https://x.org/', words: 'b c' },
    ]);
    for (const line of ['a_rule\tpage\thttps://x.org/', 'a_rule\tbook\tb\tc', 'a_rule\tpage\tb\tc\td'])
      assert.throws(() => parseEvidence(`${heading}\n${line}\n`), /evidence\.tsv: the line "a_rule/);
  });

  it('is shown with a link, or with the position of the recording', () => {
    const code = 'a_rule';
    const issue = 'https://github.com/owner/name/issues/12';
    assert.equal(
      shownEvidence({ code, kind: 'issue', source: issue, words: 'No.' }),
      `- [owner/name#12](${issue}): \`No.\``,
    );
    assert.equal(
      shownEvidence({ code, kind: 'refusal', source: 'exchanges/a.ndjson:3', words: 'No.' }),
      '- Recorded refusal, `exchanges/a.ndjson:3`: `No.`',
    );
  });
});

function recordingAt(source: string): JsonObject {
  const [file = '', line] = source.split(':');
  const recording = corpusLines(file)[Number(line) - 1];
  assert.ok(recording, `${source} exists`);
  return recording;
}

function codesOf(code: string, object: JsonObject): string[] {
  const group = RULE_GROUPS.find(({ rules }) => rules.some((rule) => rule.code === code));
  assert.ok(group);
  return group.lint(object, '').map((finding) => finding.code);
}
