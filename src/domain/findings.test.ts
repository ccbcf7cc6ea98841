import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Finding } from './finding.ts';
import { Findings } from './findings.ts';

const finding = (code: string, severity: Finding['severity'], more: Partial<Finding> = {}): Finding => ({
  code,
  severity,
  message: 'm',
  pointer: '',
  ...more,
});
const many = (count: number, severity: Finding['severity'], prefix = 'c') =>
  Array.from({ length: count }, (_, at) => finding(`${prefix}${at}`, severity, { pointer: `/${at}` }));

describe('a collection of findings', () => {
  it('keeps them in the order in which they were added', () => {
    const findings = new Findings();
    const added = [finding('a', 'warning'), finding('b', 'error'), finding('c', 'warning')];
    findings.addAll(added);
    assert.deepEqual(findings.list(), added);
    assert.deepEqual([findings.size, findings.errors], [3, 1]);
  });

  it('keeps a hundred of one code and counts the rest exactly', () => {
    const findings = new Findings();
    for (let at = 0; at < 250; at += 1) findings.add(finding('a', 'error'));
    findings.add(finding('b', 'warning'));
    const list = findings.list();
    assert.deepEqual(list.map(({ code }) => code).slice(99), ['a', 'b', 'more_findings']);
    assert.deepEqual(list.at(-1)?.rest, { error: 150, warning: 0, info: 0 });
    assert.equal(list.at(-1)?.severity, 'error');
    assert.deepEqual([findings.size, findings.errors], [251, 250]);
  });

  it('keeps a thousand in all; an error takes the place of the last warning', () => {
    const findings = new Findings();
    findings.addAll(many(1500, 'warning'));
    findings.addAll(many(3, 'error', 'e'));
    const list = findings.list();
    assert.equal(list.length, 1001);
    assert.deepEqual(
      list.slice(996, 1000).map(({ code }) => code),
      ['c996', 'e0', 'e1', 'e2'],
    );
    assert.deepEqual(list.at(-1)?.rest, { error: 0, warning: 503, info: 0 });
  });

  it('prefers warnings to infos, and counts the infos', () => {
    const findings = new Findings();
    findings.addAll(many(1500, 'info'));
    findings.addAll(many(2, 'warning', 'w'));
    const list = findings.list();
    assert.deepEqual(
      list.slice(997, 1000).map(({ code }) => code),
      ['c997', 'w0', 'w1'],
    );
    assert.deepEqual(list.at(-1)?.rest, { error: 0, warning: 0, info: 502 });
    assert.deepEqual(
      [list.at(-1)?.severity, list.at(-1)?.message],
      ['info', '502 more findings are not listed: 0 errors and 0 warnings, and 502 infos.'],
    );
  });

  it('adds up the counts of lists that were already limited', () => {
    const [first, all] = [new Findings(), new Findings()];
    for (let at = 0; at < 130; at += 1) first.add(finding('a', 'error'));
    all.addAll(first.list());
    all.addAll(first.list());
    assert.deepEqual(all.list().at(-1)?.rest, { error: 160, warning: 0, info: 0 });
    assert.equal(all.errors, 260);
  });

  it('keeps at most 4 Mi characters, including pointers and edits', () => {
    const findings = new Findings();
    const pointer = `/${'n'.repeat(1_000_000)}`;
    for (let at = 0; at < 60; at += 1) {
      findings.add(finding('a', 'warning', { pointer }));
      const edit = { pointer: '/a', value: 'v'.repeat(1_000_000) };
      findings.add(finding('b', 'error', { fix: { title: 'Write v', edits: [edit] } }));
    }
    assert.ok(findings.list().length <= 6, `${findings.list().length}`);
    assert.equal(findings.size, 120);
    assert.ok(findings.list().some(({ severity }) => severity === 'error'));
  });

  it('shortens messages and hints that quote a long text', () => {
    const findings = new Findings();
    findings.add(finding('a', 'error', { message: 'm'.repeat(5000), hint: 'h'.repeat(5000) }));
    const [kept] = findings.list();
    assert.deepEqual([kept?.message.length, kept?.hint?.length], [1000, 1000]);
  });

  it('keeps the beginning and the end of a message that quotes a long text', () => {
    const findings = new Findings();
    findings.add(
      finding('a', 'error', { message: `"${'n'.repeat(1_000_000)}" is not a field of condition.` }),
    );
    const [kept] = findings.list();
    assert.match(kept?.message ?? '', /^"n{490,}\.{3}n{450,}" is not a field of condition\.$/);
  });
});
