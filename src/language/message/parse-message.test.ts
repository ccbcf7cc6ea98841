import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertLinear } from '../../../test/assert-linear.ts';
import fc from 'fast-check';
import type { MessagePart } from './message-syntax.ts';
import { parseMessage } from './parse-message.ts';
import { printMessage } from '../../../test/print-message.ts';
import { allParts } from './walk-message.ts';

/** Summarizes parts, without plain text. */
function summarize(parts: readonly MessagePart[]): unknown[] {
  return parts.flatMap((part): unknown[] => {
    switch (part.kind) {
      case 'text':
        return [];
      case 'block': {
        const words = part.args.map(({ text }) => text);
        const otherwise = part.otherwise ? ['else', summarize(part.otherwise)] : [];
        return [[`${part.negated ? '^' : '#'}${part.name}`, ...words, summarize(part.inner), ...otherwise]];
      }
      case 'call':
        return [[part.name, ...part.args.map(({ text }) => text)]];
      case 'verbatim':
        return [`verbatim ${part.text}`];
      case 'handle':
        return [
          `${part.midWord ? 'glued ' : ''}handle ${part.name}${part.followingCharacter && ` before ${part.followingCharacter}`}`,
        ];
      case 'variable':
        return [`${part.braces === 3 ? 'raw ' : ''}variable ${part.name}`];
    }
  });
}

describe('a notification message', () => {
  const messages: readonly [text: string, parts: unknown[]][] = [
    ['plain text, a@b.c within, $env and {"a": {"b": 1}}', []],
    [
      '{{host.name}} is {{{value}}} of {{[a.b].name}} in {{ [@http.url details].name }}',
      [
        'variable host.name',
        'raw variable value',
        'variable [a.b].name',
        'variable [@http.url details].name',
      ],
    ],
    [
      '{{event.tags.[dot.key]}}{{log.attributes.[error.message]}}',
      ['variable event.tags.[dot.key]', 'variable log.attributes.[error.message]'],
    ],
    [
      '@slack-team @a.user@example.com. @pagerduty, (@b)',
      [
        'handle slack-team',
        'handle a.user@example.com before .',
        'handle pagerduty before ,',
        'handle b before )',
      ],
    ],
    ['@slack-{{service.name}}-{{env.name}} now', ['handle slack-{{service.name}}-{{env.name}}']],
    ['@slack-{{#is_alert}}x{{/is_alert}}', ['handle slack before -', ['#is_alert', []]]],
    ['@workflow-restart(hostname=host.name, a=b)', ['handle workflow-restart(hostname=host.name, a=b)']],
    ['see@slack-ops git@host.com https://x/@y @@z', ['glued handle slack-ops']],
    [
      '{{#is_alert}}a {{#is_match "host.name" "web" \'db\'}}{{x}}{{else}}{{y}}{{/is_match}}{{/is_alert}}',
      [['#is_alert', [['#is_match', 'host.name', 'web', 'db', ['variable x'], 'else', ['variable y']]]]],
    ],
    ['{{# is_alert }}a{{^}}@b{{/ is_alert }}', [['#is_alert', [], 'else', ['handle b']]]],
    ['{{^is_recovery}}@a{{/is_recovery}}', [['^is_recovery', ['handle a']]]],
    ["{{#is_priority 'P1'}}{{/is_priority}}", [['#is_priority', 'P1', []]]],
    [
      '{{eval "value*100"}} {{local_time \'last_triggered_at\' \'Asia/Tokyo\'}} {{{urlencode "a.name"}}}',
      [
        ['eval', 'value*100'],
        ['local_time', 'last_triggered_at', 'Asia/Tokyo'],
        ['urlencode', 'a.name'],
      ],
    ],
    ['{{eval "strip(table.name, \'_raw_\')"}}{{eval}}', [['eval', "strip(table.name, '_raw_')"], ['eval']]],
    ['{{#is_match "{{host.name}}" "}}"}}{{/is_match}}', [['#is_match', '{{host.name}}', '}}', []]]],
    [
      '{{{{raw}}}} {{#x}} {{ {{{{/raw}}}} {{!-- {{#y}} --}} {{! z }}',
      ['verbatim {{{{raw}}}} {{#x}} {{ {{{{/raw}}}}', 'verbatim {{!-- {{#y}} --}}', 'verbatim {{! z }}'],
    ],
    [
      '{{{{is_match "host.name" "a"}}}}{{ .matched }}{{{{/is_match}}}}',
      ['verbatim {{{{is_match "host.name" "a"}}}}{{ .matched }}{{{{/is_match}}}}'],
    ],
    ['{"value":{{value}}}', ['variable value']],
  ];
  for (const [text, parts] of messages) {
    it(`is parsed: ${text}`, () => {
      const read = parseMessage(text);
      assert.deepEqual([summarize(read.parts), read.faults], [parts, []]);
    });
  }

  it('has parts whose spans match the text', () => {
    const text = 'a {{#is_match "b.name" \'c\'}} {{host.name}} @b-{{d}}! {{/is_match}}';
    const at = (span: { from: number; to: number }) => text.slice(span.from, span.to);
    const parts = allParts(parseMessage(text).parts);
    assert.deepEqual(
      parts.flatMap((part) => (part.kind === 'text' ? [] : [at(part.span)])),
      ['{{#is_match "b.name" \'c\'}}', '{{host.name}}', '@b-{{d}}', '{{d}}'],
    );
    const block = parts.find((part) => part.kind === 'block');
    assert.ok(block?.closing);
    assert.deepEqual([block.nameSpan, block.closing, ...block.args.map(({ span }) => span)].map(at), [
      'is_match',
      'is_match',
      'b.name',
      'c',
    ]);
  });

  const mistakes: readonly [text: string, faults: string[]][] = [
    ['{{#is_alert}} a', ['unclosed_block {{#is_alert}}']],
    ['a {{/is_alert}}', ['unopened_block {{/is_alert}}']],
    ['{{#a}}{{#b}}{{/a}}', ['crossed_block {{/a}}']],
    ['{{host.name}', ['unclosed_tag {{']],
    ['{{host.name} is {"a": {"b": 1}}', ['unclosed_tag {{']],
    ['{{#a}} {{ b', ['unclosed_tag {{', 'unclosed_block {{#a}}']],
    ['{host.name}} {#is_alert}}', ['unopened_tag {host.name}}', 'unopened_tag {#is_alert}}']],
    ['{{{value}} {{value}}', ['uneven_braces {{{value}}']],
    ['{{#is_match "a.name" "b}}x{{/is_match}}', ['unclosed_quote "b']],
    ['?f={{eval "x-1}}&t={{eval "x+1}}', ['unclosed_quote "x-1', 'unclosed_quote "x+1']],
    ['{{}} {{#}} {{/}}', ['nameless_tag {{}}', 'nameless_tag {{#}}', 'nameless_tag {{/}}']],
    ['{{else}} {{#a}}{{else}}{{else}}{{/a}}', ['stray_else {{else}}', 'second_else {{else}}']],
    ['{{{{raw}}}} {{x}}', ['unclosed_block {{{{raw}}}}']],
    ['{{!-- x }} {{y}}', ['unclosed_tag {{!']],
  ];
  for (const [text, faults] of mistakes) {
    it(`has a fault at the position of the mistake: ${text}`, () =>
      assert.deepEqual(
        parseMessage(text).faults.map(({ code, span }) => `${code} ${text.slice(span.from, span.to)}`),
        faults,
      ));
  }

  it('is parsed to the end after a mistake', () => {
    const { parts } = parseMessage('{{ a {{value}} {{/b}} {{#c}}{{#d}}@e{{/c}} @f');
    assert.deepEqual(summarize(parts), ['variable value', ['#c', [['#d', ['handle e']]]], 'handle f']);
  });

  it('has nested blocks up to a maximum depth, and a fault beyond it', () => {
    const nested = (depth: number) => '{{#a}}'.repeat(depth) + '{{/a}}'.repeat(depth);
    assert.deepEqual(parseMessage(nested(100)).faults, []);
    assert.equal(parseMessage(nested(101)).faults[0]?.code, 'too_deep');
    assert.ok(parseMessage(nested(50_000)).faults.length <= 100);
  });
});

const NAME = fc.constantFrom('host.name', 'value', '[a.b].name', '@c.name', 'log.attributes.[d.e]');
const ARGUMENT = fc.constantFrom('"host.name"', "'P1'", '""', "'it, is'", '"a\'b"', 'bare', '[a b].name');
const BLOCK = fc.constantFrom('is_alert', 'is_match', 'is_recovery', 'x');
const PIECE: fc.Arbitrary<string> = fc.letrec<{ piece: string; pieces: string }>((tie) => ({
  pieces: fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(
      'words, and more. ',
      '\n',
      '{"a": 1} ',
      'b@c.d ',
      '@slack-a ',
      ' @e@f.g\n',
      ' @x-{{host.name}} ',
      '{{!-- {{#no}} --}}',
      '{{{{raw}}}}{{{{{{/raw}}}}',
    ),
    NAME.map((name) => `{{${name}}}`),
    NAME.map((name) => `{{{${name}}}}`),
    ARGUMENT.map((argument) => `{{eval ${argument}}}`),
    fc
      .tuple(
        fc.constantFrom('#', '^'),
        BLOCK,
        fc.array(ARGUMENT, { maxLength: 2 }),
        tie('pieces'),
        fc.option(tie('pieces')),
      )
      .map(([sign, name, args, inner, otherwise]) =>
        [
          `{{${[sign + name, ...args].join(' ')}}}`,
          inner,
          otherwise === null ? '' : `{{else}}${otherwise}`,
          `{{/${name}}}`,
        ].join(''),
      ),
  ),
})).pieces;

describe('properties of messages', () => {
  it('a printed message parses to the same message', () => {
    fc.assert(
      fc.property(PIECE, (text) => {
        const { parts, faults } = parseMessage(text);
        assert.deepEqual(faults, []);
        assert.equal(printMessage(parts), text);
      }),
      { numRuns: 300 },
    );
  });

  it('spaces inside tags change nothing', () => {
    const text = '{{ #is_match  "a.name"\t"b" }}{{  value }}{{ else }}{{{ eval "1" }}}{{/ is_match }}';
    const { parts, faults } = parseMessage(text);
    assert.deepEqual(faults, []);
    assert.equal(
      printMessage(parts),
      '{{#is_match "a.name" "b"}}{{value}}{{else}}{{{eval "1"}}}{{/is_match}}',
    );
  });

  const CONDITIONS = [
    '{{',
    '}}',
    '{',
    '}',
    '{{{',
    '{{{{raw}}}}',
    '{{{{',
    '}}}}',
    '#',
    '/',
    '^',
    'is_alert',
    'else',
    '@',
    '!--',
    '--}}',
    '"',
    "'",
    ' ',
    '\n',
    'a',
    '.',
    '[',
    ']',
    '(',
    ')',
  ];
  const anything = fc.oneof(
    fc.array(fc.constantFrom(...CONDITIONS), { maxLength: 60 }).map((list) => list.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  );

  it('any text parses without an exception, with ordered spans inside the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { parts, faults } = parseMessage(text);
        let last = 0;
        for (const part of allParts(parts)) {
          assert.ok(part.span.from >= 0 && part.span.to <= text.length && part.span.from < part.span.to);
          if (part.kind === 'variable') continue;
          assert.ok(part.span.from >= last, JSON.stringify(text));
          last = part.span.to;
        }
        for (const { span } of faults) assert.ok(span.from < span.to && span.to <= text.length);
        // Printing must not throw.
        printMessage(parts);
      }),
      { numRuns: 2000 },
    );
  });

  it('long pathological texts parse in time linear in their length', async () => {
    const worst: readonly ((length: number) => string)[] = [
      (length) => `{{${'['.repeat(length)}}}`,
      (length) => `@${'.'.repeat(length)}a`,
      (length) => Array.from({ length: length / 10 }, (_, at) => `{{{{a${at}}}}}`).join(''),
      ...['@workflow-a(', 'a@a', `{{"'`].map((text) => (length: number) => text.repeat(length / text.length)),
    ];
    for (const text of worst) await assertLinear((length) => parseMessage(text(length)), text(32));
  });

  it('the number of steps is linear in the length of the text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...CONDITIONS), { minLength: 1, maxLength: 6 }), (unit) => {
        const [less, more] = [2000, 4000].map((times) => parseMessage(unit.join('').repeat(times)).steps);
        assert.ok(
          (more ?? 0) <= 2.5 * (less ?? 0) + 1000,
          `${unit.join('')}: ${less} and then ${more} steps`,
        );
      }),
      { numRuns: 300 },
    );
  });
});
