import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Pod, request, startPod } from '../acceptance/pod.ts';

/** Where .ci/schemathesis installs it. */
const SCHEMATHESIS = '/var/tmp/birddog-schemathesis/bin/schemathesis';
const HOOKS = join(import.meta.dirname, 'schemathesis_hooks.py');
const skip =
  existsSync(SCHEMATHESIS) || process.env['CI'] === 'true'
    ? false
    : 'Schemathesis is not installed (.ci/schemathesis)';

/** The failures that the description cannot avoid: their code in Schemathesis, and what was answered or sent. */
const ACCEPTED: readonly {
  readonly code: string;
  readonly answer?: RegExp;
  readonly request?: RegExp;
  readonly because: string;
}[] = [
  {
    code: 'ST201',
    request: /-H 'x-schemathesis-unknown-property: /,
    because: 'Servers ignore unknown headers (RFC 9110, 5.1).',
  },
  {
    code: 'ST202',
    answer: /^400 .*"detail":"catalogs must be a JSON object/s,
    because: 'The text of this parameter is JSON, which generators of clients and of tests do not write.',
  },
  {
    code: 'ST202',
    answer: /^400 .*"detail":"\\"\d+\.0\\" is not the id of a Datadog object/s,
    because: 'JSON Schema takes 5.0 for an integer; an id is never written so.',
  },
  {
    code: 'ST202',
    answer: /^400 .*"detail":"The field \\"__proto__\\" is not allowed/s,
    because: 'Objects that take any field do not take this one.',
  },
  {
    code: 'ST202',
    answer: /^400 .*"detail":"Datadog takes JSON, which has no number nan /s,
    because: 'TOML has no null.',
  },
  {
    code: 'ST202',
    answer:
      /^400 .*"detail":"(?:\\"(?:to|at)\\" is (?:in the future|no time)|\\"from\\" must be at least|The span from|Give either \\"span)/s,
    because: 'That a span ends now at the latest, and has a start or a length, is no part of a schema.',
  },
  {
    code: 'ST101',
    answer: /^504 .*"code":"deadline_exceeded"/s,
    because:
      'A deadline of 100 ms can pass on a busy machine, which the status 504 of every operation describes.',
  },
  {
    code: 'ST202',
    answer: /^422 .*"code":"(?:invalid|datadog_refused)"/s,
    because:
      'The rules for queries, types, thresholds and widgets, and those of Datadog, are no part of a schema.',
  },
  {
    code: 'ST202',
    answer:
      /^400 .*(?:"detail":"Name the \w+ by |A key needs its kind|only and prune cannot be used together|An import by id has no query|[^"]* is not a key of the document|so the team of the application is unknown|The cursor (?:belongs to |does not belong )|[^"]*\\"id\\" need an application)/s,
    because:
      'OpenAPI cannot express that parameters depend on each other, or a cursor on an earlier answer; the descriptions state it.',
  },
  {
    code: 'ST202',
    answer: /^400 $/,
    because: 'The same answers to HEAD have no body. GET of the same path is tested too.',
  },
  {
    code: 'ST201',
    answer: /^200 \{"findings":/s,
    because: '/lint answers 200 with the findings of any body.',
  },
  {
    code: 'ST201',
    answer: /^(?:200|201) .*"action":/s,
    because:
      'A required field of a body may be in the query instead, as the descriptions of the bodies state.',
  },
];

interface Failure {
  readonly operation: string;
  readonly code: string;
  /** The status and the start of the body. */
  readonly answer: string;
  /** The request. */
  readonly curl: string;
}

/** Returns the failures in the output of a run. */
function failuresIn(output: string): Failure[] {
  const sections = output.split(/^_{3,} ([A-Z]+ \/\S*) _{3,}$/m);
  return sections.flatMap((operation, at) =>
    at % 2 === 0
      ? []
      : [
          ...(sections[at + 1] ?? '').matchAll(
            /^- (ST\d+) .*?^\[(\d+)\] [^\n]*\n(.*?)^Reproduce with:\n\n([^\n]*)/gms,
          ),
        ].map(([, code = '', status = '', body = '', curl = '']) => ({
          operation,
          code,
          answer: `${status} ${body.replaceAll(/<EMPTY>|`/g, '').trim()}`,
          curl,
        })),
  );
}

describe('the API, tested by Schemathesis from its description', { skip, timeout: 240_000 }, () => {
  let pod: Pod;
  let folder: string;
  before(async () => {
    pod = await startPod({ limits: false });
    folder = await mkdtemp(join(tmpdir(), 'birddog-schemathesis-'));
    const { text } = await request(pod, 'GET', '/openapi.json');
    await writeFile(join(folder, 'openapi.json'), text);
  });
  after(async () => {
    await pod.stop();
    await rm(folder, { recursive: true });
  });

  /** Runs all checks. Returns the output and the report. */
  async function run(phase: string, limits: readonly string[]) {
    const args = [
      'run',
      'openapi.json',
      `--url=${pod.birddogUrl}`,
      '--checks=all',
      '--seed=18',
      `--phases=${phase}`,
      ...limits,
      // Python 3.11 cannot parse in two threads at once: "AST constructor recursion depth mismatch" (gh-106905).
      '--workers=1',
      // How fast it generates data depends on the load of the machine.
      '--suppress-health-check=all',
      '--no-shrink',
      '--no-color',
      '--continue-on-failure',
      '--generation-database=none',
      '--report=json',
      '--report-json-path=report.json',
    ];
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      COLUMNS: '120',
      SCHEMATHESIS_HOOKS: HOOKS,
      // Python would write beside the hooks.
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const output = await new Promise<string>((resolve) => {
      execFile(SCHEMATHESIS, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) =>
        resolve(`${stdout}${stderr}`),
      );
    });
    const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => assert.fail(output));
    return { output, report: JSON.parse(text) };
  }

  // The time that CI has. Of the first phase, it is enough for the first part of the requests only.
  for (const [phase, ...limits] of [
    ['coverage', '--max-time=20'],
    ['fuzzing', '--max-time=30', '--max-examples=10'],
  ] as const)
    it(`fails no check that is not accepted with a reason: ${phase}`, async () => {
      const { output, report } = await run(phase, limits);
      assert.deepEqual(report.errors, [], output);
      assert.ok(report.test_cases.generated > 0, output);
      const failures = failuresIn(output);
      assert.equal(failures.length >= report.test_cases.unique_failures, true, output);
      const others = failures.filter(
        ({ code, answer, curl }) =>
          !ACCEPTED.some((one) => one.code === code && (one.answer?.test(answer) || one.request?.test(curl))),
      );
      assert.deepEqual(others, [], output);
    });

  it('has sent bodies of all media types', async () => {
    const sent = new Set((await readFile(join(folder, 'media-types'), 'utf8')).trim().split('\n'));
    assert.deepEqual([...sent].sort(), ['application/json', 'application/toml', 'application/yaml']);
  });
});
