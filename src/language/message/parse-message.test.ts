import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allParts, type MessagePart, parseMessage } from './parse-message.ts';

/** Parts in a few words. */
function told(parts: readonly MessagePart[]): unknown[] {
  return parts.map((part) => {
    if (part.kind === 'block')
      return [`${part.negated ? '^' : '#'}${part.name}`, ...part.args, told(part.inner)];
    return part.kind === 'call' ? [part.name, ...part.args] : `${part.kind} ${part.name}`;
  });
}

describe('a notification message', () => {
  const messages: readonly [text: string, parts: unknown[]][] = [
    ['plain text, a@b.c within', []],
    [
      '{{host.name}} is {{{value}}} of {{[a.b].name}}',
      ['variable host.name', 'variable value', 'variable [a.b].name'],
    ],
    [
      '@slack-team @a.user@example.com. @pagerduty',
      ['handle slack-team', 'handle a.user@example.com', 'handle pagerduty'],
    ],
    [
      '{{#is_alert}}a {{#is_match "host.name" "web" \'db\'}}{{x}}{{else}}{{y}}{{/is_match}}{{/is_alert}}',
      [['#is_alert', [['#is_match', 'host.name', 'web', 'db', ['variable x', 'variable y']]]]],
    ],
    ['{{^is_recovery}}@a{{/is_recovery}}', [['^is_recovery', ['handle a']]]],
    [
      "{{eval \"value*100\"}} {{local_time 'last_triggered_at' 'Asia/Tokyo'}}",
      [
        ['eval', 'value*100'],
        ['local_time', 'last_triggered_at', 'Asia/Tokyo'],
      ],
    ],
    ['{{{{raw}}}} {{#x}} {{ {{{{/raw}}}} {{!-- {{#y}} --}}', []],
  ];
  for (const [text, parts] of messages) {
    it(`is read: ${text}`, () => {
      const read = parseMessage(text);
      assert.deepEqual([told(read.parts), read.faults], [parts, []]);
    });
  }

  it('has parts whose spans are the places in the text', () => {
    const text = 'a {{#is_alert}} {{host.name}} @b {{/is_alert}}';
    const places = [...allParts(parseMessage(text).parts)].map(({ span }) => text.slice(span.from, span.to));
    assert.deepEqual(places, ['{{#is_alert}}', '{{host.name}}', '@b']);
  });

  const mistakes: readonly [text: string, faults: string[]][] = [
    ['{{#is_alert}} a', ['unclosed_block {{#is_alert}}']],
    ['a {{/is_alert}}', ['unopened_block {{/is_alert}}']],
    ['{{#a}}{{#b}}{{/a}}', ['crossed_block {{/a}}']],
    ['{{host.name}', ['unclosed_tag {{']],
    ['{{#a}} {{ b', ['unclosed_tag {{', 'unclosed_block {{#a}}']],
  ];
  for (const [text, faults] of mistakes) {
    it(`has a mistake where it is: ${text}`, () =>
      assert.deepEqual(
        parseMessage(text).faults.map(({ code, span }) => `${code} ${text.slice(span.from, span.to)}`),
        faults,
      ));
  }

  it('is read whatever it is', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '{{{{raw}}}}',
      '#',
      '/',
      '^',
      'is_alert',
      '@',
      '!--',
      '"',
      ' ',
      'a',
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((list) => list.join('')),
        (text) => void parseMessage(text),
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseMessage(text)));
  });
});
