import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { EXIT, worst } from '../commands/command.ts';
import { codeBlock, codeSpan, tableRow } from './markdown.ts';
import { planAnswer } from '../client/plan-answer.ts';
import { exitOf, type Planned } from '../documents/plan-documents.ts';
import { plansMarkdown } from './print-markdown.ts';
import { printPlan } from './print-plan.ts';
import { progressBar, progressLine } from './progress.ts';
import type { Paint } from './report.ts';

const plain: Paint = (_style, text) => text;
const marked: Paint = (style, text) => `<${style}>${text}</${style}>`;

const MONITOR = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:a{*} > 2',
  message: 'x @slack-a',
};

function planned(
  objects: readonly JsonObject[],
  monitors: readonly JsonObject[] = [MONITOR],
): Extract<Planned, { failure?: undefined }> {
  const value: JsonObject = {
    apiVersion: 'birddog/v1',
    application: 'shop',
    team: 't',
    monitors: [...monitors],
  };
  const file = { name: 'f.yaml', format: 'yaml', text: '' } as const;
  return {
    name: 'f.yaml',
    document: { file, part: { text: '', line: 0 }, number: undefined, value, read: readDocument(value) },
    plan: planAnswer({ application: 'shop', route: 'listed', basis: 'b', objects: [...objects] }),
  };
}

const object = (action: string, more: JsonObject = {}): JsonObject => ({
  kind: 'monitor',
  key: 'load',
  id: '7',
  action,
  changes: [],
  ...more,
});
const told = (objects: readonly JsonObject[], paint = plain) => {
  const { name, plan, document } = planned(objects);
  return printPlan(name, plan, document, paint);
};

describe('a plan for people', () => {
  it('tells each kind of change in a way of its own', () => {
    const changes = [
      { path: '/options/thresholds/critical', from: 2, to: 3 },
      { path: '/tags/4', to: 'env:prod' },
      { path: '/widgets/3', moved_from: '/widgets/0' },
      { path: '/message', from: 'one\ntwo\nthree\n', to: 'one\n2\nthree\n' },
      { path: '/options/evil\u001b[31m', from: '\u001b[2J' },
    ];
    assert.equal(
      told([object('update', { changes })]),
      `f.yaml: shop (listed)
  ~ monitor load
      ~ options.thresholds.critical: 2 → 3
      + tags: "env:prod"
      ~ widgets[3]: moved from widgets[0]
      ~ message:
            one
          - two
          + 2
            three
      - options["evil\\u001b[31m"]: "\\u001b[2J"
  1 to update.
`,
    );
  });

  it('marks the ids that get lost', () => {
    assert.match(told([object('replace')], marked), /<lost>made anew: the id 7 is lost<\/lost>/);
    assert.match(told([object('delete')], marked), /<lost>the id 7 is lost<\/lost>/);
    assert.doesNotMatch(told([object('update')], marked), /lost/);
  });

  it('says of what is left over, and of copies, whose they are', () => {
    const origin = { created: '2026-01-02T03:04:05Z', by: 'jo@example.test' };
    const text = told([object('extra', { origin }), object('clone')]);
    assert.match(
      text,
      /\? monitor load {2}is not in the document, made on 2026-01-02 by jo@example\.test; --prune deletes it/,
    );
    assert.match(text, /Nothing to do; 1 left over \(--prune deletes it\), 1 copy, never touched\./);
  });
});

describe('the exit status', () => {
  it('is that of the worst document', () => {
    const [quiet, loud] = [planned([object('none'), object('extra')]), planned([object('update')])];
    const wrong = {
      ...loud,
      plan: {
        ...loud.plan,
        findings: [{ code: 'x', severity: 'error', message: '', pointer: '', line: 1, column: 1 } as const],
      },
    };
    assert.deepEqual([quiet, loud, wrong].map(exitOf), [0, 2, 1]);
    assert.equal(worst([EXIT.nothing, EXIT.changes]), 2);
    assert.equal(worst([EXIT.changes, EXIT.error, EXIT.nothing]), 1);
    assert.equal(worst([]), 0);
  });
});

describe('a plan for a reviewer', () => {
  it('says what alerts differently and who is told', () => {
    const text = plansMarkdown([
      planned([
        object('update', {
          changes: [
            { path: '/query', from: 'a | b', to: 'c' },
            { path: '/message', from: 'x @slack-old', to: 'x @slack-a' },
            { path: '/name', from: 'A', to: 'Load' },
          ],
        }),
        object('delete', { key: 'old' }),
      ]),
    ]);
    assert.match(
      text,
      /^\| changed \| <code>Load<\/code> \(<code>load<\/code>\) \| <code>query<\/code>: <code>a &#124; b<\/code> → <code>c<\/code><br>besides: .* \| \*\*now\*\* <code>&#64;slack-a<\/code><br>\*\*no longer\*\* <code>&#64;slack-old<\/code> \|$/m,
    );
    assert.match(
      text,
      /^\| \*\*deleted\*\* \| <code>old<\/code> \| nothing alerts any more \| nobody any more \|$/m,
    );
  });

  it('has a table that no text can break, and in which every text is as it was', () => {
    const decoded = (html: string) =>
      html.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 4 }), (texts) => {
        const row = tableRow(texts.map(codeSpan));
        assert.doesNotMatch(row, /[\r\n\\`*@[\]]/);
        assert.equal(row.split('|').length, texts.length + 2);
        const cells = [...row.matchAll(/<code>(.*?)<\/code>/g)].map(([, inner]) => decoded(inner ?? ''));
        assert.deepEqual(cells, texts);
      }),
    );
  });

  it('has a fence that no text ends', () => {
    assert.equal(codeBlock('a\n````\nb\n', 'diff'), '`````diff\na\n````\nb\n`````');
  });
});

describe('the progress bar', () => {
  const deps = (stderr: boolean, err: (text: string) => void) => ({
    isTerminal: { stdin: stderr, stderr },
    err,
    columns: 80,
    clock: { now: () => 0, sleep: async () => {} },
    every: () => () => {},
  });

  it('is seen on a terminal alone, and leaves nothing behind', () => {
    let seen = '';
    const bar = progressBar(deps(true, (text) => (seen += text)));
    bar.show(3, 12, 'applying f.yaml');
    assert.match(seen, /^\r. ██████░{18} 3\/12 applying f\.yaml\x1b\[K$/);
    bar.close();
    assert.match(seen, /\r\x1b\[K$/);
    const piped = progressBar(deps(false, () => assert.fail('something was written')));
    piped.show(1, 2, 'x');
    piped.close();
  });

  it('never takes more than the line', () => {
    const line = progressLine({ done: 1, total: 2, doing: '日本'.repeat(80), seconds: 3, ticks: 1 }, 60);
    assert.ok(line.length < 60 && !line.includes('\n'));
  });
});
