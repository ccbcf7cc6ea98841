import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { planAnswer } from '../client/plan-answer.ts';
import { exitOf, type Planned } from '../documents/plan-documents.ts';
import { codeBlock, codeSpan, plansMarkdown, tableRow } from './print-markdown.ts';
import { printPlan } from './print-plan.ts';
import { progressBar, progressLine } from './progress.ts';
import type { Paint } from './report.ts';

const START = { line: 1, column: 1 };
const bodyOf = (value: JsonObject) => ({
  format: 'yaml' as const,
  value,
  locate: () => START,
  span: () => ({ start: START }),
});

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
    document: {
      file,
      part: { text: '', line: 0 },
      number: undefined,
      value,
      read: readDocument(value),
      notes: [],
      body: bodyOf(value),
      expanding: {},
    },
    plan: planAnswer({
      application: 'shop',
      route: 'listed',
      basis: 'b',
      objects: [...objects],
      findings: [],
      request_id: 'r',
    }),
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
const printed = (objects: readonly JsonObject[], paint = plain) => {
  const { name, plan, document } = planned(objects);
  return printPlan(name, plan, document, paint);
};

describe('a plan for people', () => {
  it('says in its last line that it would be refused', () => {
    const { name, plan, document } = planned([object('create')]);
    const error = { code: 'x', severity: 'error', message: 'x', pointer: '', line: 1, column: 1 } as const;
    const hidden = { infos: 2, unchanged: 0 };
    const text = (errors: number) =>
      printPlan(
        name,
        { ...plan, findings: Array.from({ length: errors }, () => error), hidden },
        document,
        plain,
      );
    assert.match(text(7), /not shown \(pass --all-findings\)\.\n {2}1 to create; refused: 7 errors\.\n$/);
    assert.match(text(1), /1 to create; refused: 1 error\.\n$/);
    assert.match(text(0), /1 to create\.\n$/);
  });

  it('formats each kind of change differently', () => {
    const changes = [
      { path: '/options/thresholds/critical', from: 2, to: 3 },
      { path: '/tags/4', to: 'env:prod' },
      { path: '/options/scheduling_options', from: { a: 'b c' }, to: { a: ['env:x', '*'], 'd e': null } },
      { path: '/widgets/3', moved_from: '/widgets/0' },
      { path: '/message', from: 'one\ntwo\nthree\n', to: 'one\n2\nthree\n' },
      { path: '/options/evil\u001b[31m', from: '\u001b[2J' },
    ];
    assert.equal(
      printed([object('update', { changes })]),
      `f.yaml: shop (listed)
  ~ monitor load
      ~ options.thresholds.critical: 2 → 3
      + tags: "env:prod"
      ~ options.scheduling_options: {a: b c} → {a: [env:x, "*"], d e: null}
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

  it('highlights ids that will be lost', () => {
    assert.match(printed([object('replace')], marked), /<lost>replaced: the id 7 is lost<\/lost>/);
    assert.match(printed([object('delete')], marked), /<lost>the id 7 is lost<\/lost>/);
    assert.doesNotMatch(printed([object('update')], marked), /lost/);
  });

  it('shows who created extra objects, and that clones are never changed', () => {
    const origin = { created: '2026-01-02T03:04:05Z', by: 'jo@example.test' };
    const text = printed([object('extra', { origin }), object('clone')]);
    assert.match(
      text,
      /\? monitor load {2}is not in the document, created on 2026-01-02 by jo@example\.test; pass --prune to delete it/,
    );
    assert.match(
      text,
      /No changes\. 1 not in the document \(pass --prune to delete it\), 1 clone \(never changed\)\./,
    );
  });
});

describe('the exit status of a plan', () => {
  it('shows whether the plan has changes or errors', () => {
    const [quiet, loud] = [planned([object('none'), object('extra')]), planned([object('update')])];
    const wrong = {
      ...loud,
      plan: {
        ...loud.plan,
        findings: [{ code: 'x', severity: 'error', message: '', pointer: '', line: 1, column: 1 } as const],
      },
    };
    assert.deepEqual([quiet, loud, wrong].map(exitOf), [0, 2, 1]);
  });
});

describe('a plan for a reviewer', () => {
  it('shows alerting changes and recipients', () => {
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
      /^\| changed \| <code>Load<\/code> \(<code>load<\/code>\) \| <code>query<\/code>: <code>a &#124; b<\/code> → <code>c<\/code><br>other fields: .* \| \*\*now\*\* <code>&#64;slack-a<\/code><br>\*\*no longer\*\* <code>&#64;slack-old<\/code> \|$/m,
    );
    assert.match(
      text,
      /^\| \*\*deleted\*\* \| <code>old<\/code> \| no longer alerts \| no longer notifies anyone \|$/m,
    );
  });

  it('counts the widgets of a new dashboard', () => {
    const created = planned([object('create', { kind: 'dashboard', key: 'board' })]);
    const cellFor = (count: number) => {
      const dashboard: JsonObject = {
        key: 'board',
        title: 'Board',
        layout_type: 'ordered',
        widgets: Array.from({ length: count }, () => ({})),
      };
      const value: JsonObject = {
        apiVersion: 'birddog/v1',
        application: 'shop',
        team: 't',
        dashboards: [dashboard],
      };
      return plansMarkdown([
        { ...created, document: { ...created.document, value, read: readDocument(value) } },
      ]);
    };
    assert.match(cellFor(1), /\| 1 widget \|/);
    assert.match(cellFor(2), /\| 2 widgets \|/);
  });

  it('has table cells that any text fits in unchanged', () => {
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

  it('begins each line of its diff with the sign that GitHub colors', () => {
    const text = plansMarkdown([
      planned([
        object('update', {
          changes: [
            { path: '/name', from: 'Loda', to: 'Load' },
            { path: '/message', from: 'a\n- kept\nb\n', to: 'a\n- kept\nc\n' },
            { path: '/tags', to: Array.from({ length: 20 }, (_, at) => `team:t${at}`) },
          ],
        }),
        object('delete', { key: 'old' }),
        object('extra', { key: 'other' }),
      ]),
    ]);
    const [, diff = ''] = text.split('```');
    const lines = diff.split('\n').slice(1, -1);
    const signOf = (part: string) => lines.find((line) => line.includes(part))?.charAt(0);
    assert.deepEqual(
      [
        'monitor load',
        'name: ',
        '- kept',
        ' b',
        ' c',
        'tags:',
        'team:t1',
        'monitor old',
        'monitor other',
      ].map(signOf),
      ['!', '!', ' ', '-', '+', '+', '+', '-', ' '],
      diff,
    );
    assert.ok(!/^ +[+~!] /m.test(diff), 'no sign is indented');
  });

  it('has a code fence that no text can close', () => {
    assert.equal(codeBlock('a\n````\nb\n', 'diff'), '`````diff\na\n````\nb\n`````');
  });
});

describe('the progress bar', () => {
  const deps = (stderr: boolean, err: (text: string) => void) => ({
    isTerminal: { stdin: stderr, stderr },
    err,
    columns: 80,
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => {} },
    every: () => () => {},
  });

  it('appears only on a terminal, and clears its line at the end', () => {
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

  it('never exceeds one line', () => {
    const line = progressLine({ done: 1, total: 2, doing: '日本'.repeat(80), seconds: 3, ticks: 1 }, 60);
    assert.ok(line.length < 60 && !line.includes('\n'));
  });
});
