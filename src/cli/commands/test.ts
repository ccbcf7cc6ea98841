import type { Finding } from '../../domain/finding.ts';
import type { JsonObject } from '../../domain/json.ts';
import { runAlertTest } from '../../evaluate/run-alert-test.ts';
import { testsOf } from '../../pipeline/document/document-tests.ts';
import { command, type Io } from '../command.ts';
import { readDocuments, type ReadOptions } from '../documents/documents.ts';
import { lintPart, movedDown } from '../documents/lint-text.ts';
import { EXIT } from '../exit-status.ts';
import { FILES, flag } from '../options.ts';
import { printJson } from '../print/finding-json.ts';
import { count, printFindings } from '../print/print-text.ts';
import type { LintedFile } from '../print/report.ts';
import { safeText } from '../print/safe-text.ts';
import { INPUT_FORMAT, SET } from './client-options.ts';

const JSON_OUTPUT = flag('json', 'print the findings as JSON, as lint --format json does');

export const testCommand = command({
  name: 'test',
  summary: 'Run the tests of documents offline',
  description:
    'Run the tests of documents offline: evaluate their alerts with the points of each test, and compare states and recipients with what the test expects. An error of lint fails too. FILE is a .yaml, .yml, .json or .toml file, or a folder; - is standard input.',
  sample: `A test in a document. Time 0 is the first point; _ is a missing point; notified: [] means nobody:
  tests:
    - alert: queue-backlog
      every: 1m
      series: {"queue:orders": "0x10 1500x15 0x30"}    # value x count
      expect:
        - {at: 20m, group: "queue:orders", state: alert, notified: ["@slack-orders"]}
        - {at: 50m, group: "queue:orders", state: ok}`,
  examples: ['birddog test payments.yaml', 'birddog test --json .'],
  options: [JSON_OUTPUT, INPUT_FORMAT, SET],
  operands: FILES,
  statuses: {
    done: 'every expectation is met, or there are no tests',
    failed: 'an expectation is not met, a document has an error, or a file cannot be read',
  },
  run: async ({ operands: files, get }, io) => {
    const counts = { tests: 0, expectations: 0, failed: 0 };
    const run = (document: JsonObject): Finding[] => {
      const tests = testsOf(document, () => {});
      const failures = tests.map(runAlertTest);
      counts.tests += tests.length;
      for (const { expectations } of tests) counts.expectations += expectations.length;
      // An expectation can fail for its state and for its recipients.
      for (const found of failures) counts.failed += new Set(found.map(expectationOf)).size;
      return failures.flat();
    };
    const { tested, hasFailed } = await testFiles(files, run, {
      io,
      inputFormat: get(INPUT_FORMAT),
      set: get(SET),
    });
    if (get(JSON_OUTPUT)) io.outExact(printJson(tested));
    else if (tested.length > 0) io.outExact(safeText(report(tested, counts, io)));
    return hasFailed || tested.some(({ findings }) => findings.length > 0) ? EXIT.failed : EXIT.done;
  },
});

function expectationOf({ pointer }: Finding): string {
  return pointer.slice(0, pointer.lastIndexOf('/'));
}

/** Returns the documents with their error findings. */
async function testFiles(
  files: readonly string[],
  run: (document: JsonObject) => Finding[],
  { io, ...options }: { readonly io: Io } & ReadOptions,
): Promise<{ readonly tested: readonly LintedFile[]; readonly hasFailed: boolean }> {
  const tested: LintedFile[] = [];
  let hasFailed = false;
  for (const { document, failure } of await readDocuments(files, options, io, io.paintErr)) {
    if (failure) {
      hasFailed = true;
      io.err(failure.text);
      continue;
    }
    const { file, part } = document;
    const found = await lintPart(part.text, file.format, { also: run, expand: document.expanding });
    const errors = found.filter(({ severity }) => severity === 'error');
    tested.push({ ...file, findings: errors.map((finding) => movedDown(finding, part.line)) });
  }
  return { tested, hasFailed };
}

interface Counts {
  readonly tests: number;
  readonly expectations: number;
  readonly failed: number;
}

function report(tested: readonly LintedFile[], counts: Counts, { paint }: Io): string {
  const blocks = tested
    .filter(({ findings }) => findings.length > 0)
    .map((file) => printFindings(file, paint));
  return `${[...blocks, summary(counts)].join('\n')}\n`;
}

function summary({ tests, expectations, failed }: Counts): string {
  return `${count(tests, 'test')} with ${count(expectations, 'expectation')}: ${failed === 0 ? 'none' : failed} failed`;
}
