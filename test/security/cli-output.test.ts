import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { anyProblemSchema } from '../../src/contract/problem-answer.ts';
import { BirddogProblem } from '../../src/cli/client/birddog-failures.ts';
import type { Command } from '../../src/cli/command.ts';
import { applyCommand } from '../../src/cli/commands/apply.ts';
import { driftCommand } from '../../src/cli/commands/drift.ts';
import { alertsCommand } from '../../src/cli/commands/alerts.ts';
import { explainCommand } from '../../src/cli/commands/explain.ts';
import { historyCommand } from '../../src/cli/commands/history.ts';
import { importCommand } from '../../src/cli/commands/import.ts';
import { planCommand } from '../../src/cli/commands/plan.ts';
import { undoCommand } from '../../src/cli/commands/restore.ts';
import { printGithub } from '../../src/cli/print/print-github.ts';
import { printJson } from '../../src/cli/print/finding-json.ts';
import { printSarif } from '../../src/cli/print/print-sarif.ts';
import type { LintedFile } from '../../src/cli/print/report.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { runInProcess } from '../acceptance/run-in-process.ts';
import { lint } from '../acceptance/run-lint.ts';

const SEEDS = 1000;
const HOSTILE = [
  '\x1b[2J\x1b[H',
  '\x1b]0;title\x07',
  '\x1b[8m',
  '\x9b31m',
  '\r',
  '\n',
  '\n::error file=a,line=1::forged',
  '::add-mask::x',
  '  ::warning::x',
  '\u00a0::stop-commands::x',
  '##[error]x',
  '##[',
  '##vso[task.setvariable]x',
  '%0A::error::x',
  '\u202e',
  '\u2028::error::x',
  '\u200b',
  '\x00',
  '```',
  '|',
  '<script>alert(1)</script>',
  '<img src=x onerror=y>',
  '</code></details>',
  '@octocat',
  '[a](javascript:x)',
  '"',
  '\\',
  '\ud800',
];
/** Any text of a server or a file, in any field. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'grapheme', maxLength: 8 })), {
    maxLength: 5,
  })
  .map((pieces) => pieces.join(''));
const line = fc.integer({ min: 1, max: 9 });

/** Asserts that the output is harmless on a terminal and in the log of a workflow. */
function assertSafe(written: string, what: string): void {
  const shown = JSON.stringify(written);
  assert.doesNotMatch(
    written,
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff]/,
    `${what}: ${shown}`,
  );
  assert.doesNotMatch(written, /^\s*::/m, `${what}: ${shown}`);
  assert.ok(!written.includes('##['), `${what}: ${shown}`);
}

const folder = mkdtempSync(join(tmpdir(), 'birddog-output-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'a.yaml'),
  'application: a\nteam: t\nmonitors:\n  - {key: k, type: query alert, name: N, query: "avg(last_5m):avg:a{*} > 1"}\n',
);

/** Runs a command against a Birddog that answers with `ask`. */
function run(command: Command, args: readonly string[], ask: () => Promise<JsonObject>) {
  const clientOf = () => ({ url: new URL('http://127.0.0.1:1'), send: ask, close: () => {} });
  return runInProcess(command, 'http://127.0.0.1:1', folder, args, { io: { clientOf } });
}

const finding = fc.record({
  code: text,
  severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
  message: text,
  pointer: text,
  line,
  column: line,
  hint: text,
});
const change = fc.record({ path: text.map((path) => `/${path}`), from: text, to: text, by: text, at: text });
const object = fc.record({
  kind: fc.constantFrom('monitor', 'alert', 'dashboard'),
  key: fc.oneof(text, fc.constant('k')),
  id: text,
  url: text,
  action: fc.constantFrom('create', 'update', 'replace', 'delete', 'extra'),
  changes: fc.array(change, { maxLength: 2 }),
  origin: fc.dictionary(text, text, { maxKeys: 1 }),
  pointer: text,
  drift: fc.constantFrom('changed', 'deleted'),
  by: text,
  at: text,
});
const revision = fc.record({
  revision: fc.constant(1),
  kind: fc.constant('monitor'),
  key: text,
  id: text,
  action: fc.constantFrom('create', 'update', 'none'),
  at: text,
  by: text,
});
const monitor = fc.record({
  application: text,
  key: text,
  id: text,
  url: text,
  monitor: fc.record({ name: text }),
  state: fc.constant('alert'),
  muted: fc.boolean(),
  mutes: fc.constant([]),
  groups: fc.array(
    fc.record({
      group: text,
      state: fc.constant('alert'),
      since: text,
      muted: fc.boolean(),
      notified: fc.array(text, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});
const reason = fc.record({ code: text, text });
const explanation = fc.record({
  at: text,
  group: text,
  groups: fc.array(fc.record({ group: text, state: fc.constant('ok') }), { maxLength: 2 }),
  other_groups: fc.constant(1),
  window: fc.record({ from: text, to: text, every_s: fc.constant(60), delay_s: fc.constant(60) }),
  members: fc.array(fc.record({ member: text, state: fc.constant('warn') }), { maxLength: 2 }),
  queries: fc.array(
    fc.record({
      name: text,
      source: text,
      text,
      step_s: fc.constant(60),
      step_aggregation: text,
      window_aggregation: text,
      points: fc.constant(1),
      last_point: text,
      steps: fc.array(fc.record({ at: text, value: fc.constant(null) }), { maxLength: 1 }),
      other_steps: fc.constant(1),
      missing: fc.array(fc.record({ from: text, to: text }), { maxLength: 1 }),
    }),
    { maxLength: 2 },
  ),
  calculation: fc.array(text, { maxLength: 2 }),
  thresholds: fc.constant([]),
  state: fc.record({ before: fc.constant('ok'), after: fc.constant('alert'), since: text }),
  reasons: fc.array(reason, { maxLength: 2 }),
  downtimes: fc.array(fc.record({ from: text, to: text }), { maxLength: 1 }),
  notification: fc.record({ sent: fc.constant(false), reason }),
  recipients: fc.array(
    fc.record({
      recipient: text,
      notified: fc.boolean(),
      source: fc.constant('message'),
      because: text,
    }),
    { maxLength: 2 },
  ),
  recent: fc.array(fc.record({ at: text, from: fc.constant('ok'), to: fc.constant('warn') }), {
    maxLength: 1,
  }),
});
const answer = fc.record({
  application: text,
  key: text,
  id: text,
  title: text,
  url: text,
  asked_at: text,
  explanation,
  refused: reason,
  real: fc.array(fc.record({ at: text, group: text, from: fc.constant('ok'), to: fc.constant('alert') }), {
    maxLength: 1,
  }),
  notes: fc.array(reason, { maxLength: 1 }),
  route: fc.constantFrom('listed', 'unlisted'),
  basis: text,
  objects: fc.array(object, { maxLength: 3 }),
  findings: fc.array(finding, { maxLength: 2 }),
  done: fc.array(object, { maxLength: 2 }),
  remaining: fc.constant([]),
  revisions: fc.array(revision, { maxLength: 3 }),
  monitors: fc.array(monitor, { maxLength: 2 }),
  document: fc.constant({ apiVersion: 'birddog/v1', application: 'a', team: 't' }),
  request_id: text,
});
const problem = fc.record({
  type: text,
  status: fc.constantFrom(403, 503),
  code: text,
  title: text,
  detail: text,
  hint: text,
  request_id: text,
  findings: fc.array(finding, { maxLength: 2 }),
});

const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const failing = (body: JsonObject) => async (): Promise<JsonObject> => {
  throw new BirddogProblem(anyProblemSchema.parse(body), body, { retryAfterMs: undefined, withToken: true });
};

describe('text of a server, in any field', () => {
  const COMMANDS: readonly (readonly [what: string, command: Command, args: readonly string[]])[] = [
    ['plan', planCommand, ['a.yaml']],
    ['plan --markdown', planCommand, ['--markdown', 'a.yaml']],
    ['plan --json', planCommand, ['--json', 'a.yaml']],
    ['apply', applyCommand, ['--yes', 'a.yaml']],
    ['drift', driftCommand, ['a.yaml']],
    ['import', importCommand, ['--application', 'a']],
    ['explain', explainCommand, ['--application', 'a', 'k', '--at', '1h']],
    ['history', historyCommand, ['--application', 'a', 'k']],
    ['alerts', alertsCommand, []],
    ['alerts --json', alertsCommand, ['--json']],
    ['undo', undoCommand, ['--application', 'a', '--yes']],
    ['undo --json', undoCommand, ['--application', 'a', '--yes', '--json']],
  ];

  for (const [what, command, args] of COMMANDS) {
    it(`is printed neither as a terminal escape nor as a workflow command: ${what}`, {
      timeout: 120_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(answer, problem, fc.boolean(), async (answered, refused, isSuccess) => {
          const ask = isSuccess ? async () => asJson(answered) : failing(asJson(refused));
          const { out, err } = await run(command, args, ask);
          assert.ok(!err.includes("Birddog's answer has no valid"), err);
          assertSafe(out, `${what}, out`);
          assertSafe(err, `${what}, err`);
          if (args.includes('--json')) JSON.parse(out);
          if (args.includes('--markdown')) assertPlainMarkdown(out);
        }),
        { numRuns: SEEDS },
      );
    });
  }

  it('keeps its value in JSON, where it is escaped', async () => {
    await fc.assert(
      fc.asyncProperty(problem, async (refused) => {
        const { out } = await run(planCommand, ['--json', 'a.yaml'], failing(asJson(refused)));
        const { documents } = JSON.parse(out);
        assert.equal(documents[0].error.title, asJson(refused)['title']);
      }),
      { numRuns: SEEDS },
    );
  });
});

/** Asserts that text outside of code fences has no foreign tag, no mention and no link to a script. */
function assertPlainMarkdown(written: string): void {
  const outside = written.replaceAll(/^(`{3,})[^`\n]*\n[^]*?^\1$/gm, '');
  const tags = outside.match(/<[^>]*>?/g) ?? [];
  for (const tag of tags) assert.match(tag, /^<\/?(?:code|details|summary|br)>$/, JSON.stringify(written));
  assert.doesNotMatch(outside, /\]\(javascript:|@octocat/, JSON.stringify(written));
}

describe('text of a file, in any field of a finding', () => {
  const found: fc.Arbitrary<LintedFile> = fc.record({
    name: text,
    format: fc.constant('yaml' as const),
    text,
    findings: fc.array(finding, { minLength: 1, maxLength: 3 }),
  });

  it('becomes one GitHub annotation with exactly its properties', () => {
    fc.assert(
      fc.property(found, (file) => {
        const lines = printGithub([file]).split('\n').slice(0, -1);
        assert.equal(lines.length, file.findings.length);
        for (const one of lines) {
          assert.match(one, /^::(?:error|warning|notice) file=[^:,]*,line=\d,col=\d,title=[^:,]*::[^\r\n]*$/);
          assertSafe(one.slice(2), 'github');
        }
      }),
      { numRuns: SEEDS },
    );
  });

  it('keeps its value in JSON and SARIF, where it is escaped', async () => {
    await fc.assert(
      fc.asyncProperty(found, async (file) => {
        const json = printJson([file]);
        assertSafe(json, 'json');
        const reported: { message: string; code: string }[] = JSON.parse(json);
        assert.deepEqual(
          reported.map(({ message, code }) => [message, code]),
          file.findings.map(({ message, code }) => [message, code]),
        );
        const whole = file.name.isWellFormed() ? file : { ...file, name: 'a.yaml' };
        const sarif = await printSarif([whole]);
        assertSafe(sarif, 'sarif');
        assert.deepEqual(
          JSON.parse(sarif).runs[0].results.map(({ ruleId }: { ruleId: string }) => ruleId),
          file.findings.map(({ code }) => code),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is printed neither as a terminal escape nor as a workflow command by lint', {
    timeout: 120_000,
  }, async () => {
    const document = fc.oneof(
      text.map((one) => `application: ${JSON.stringify(one)}\nteam: t\n${JSON.stringify(one)}: x\n`),
      text,
    );
    await fc.assert(
      fc.asyncProperty(document, async (written) => {
        writeFileSync(join(folder, 'l.yaml'), written);
        const { out, err } = await lint(folder, ['l.yaml']);
        assertSafe(out, 'lint, out');
        assertSafe(err, 'lint, err');
      }),
      { numRuns: SEEDS },
    );
  });
});
