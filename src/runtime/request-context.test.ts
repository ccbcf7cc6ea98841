import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logIds } from '../domain/caller.ts';
import { traceOf } from './request-context.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const read = (traceparent?: string, tracestate?: string) =>
  traceOf((name) => (name === 'traceparent' ? traceparent : name === 'tracestate' ? tracestate : undefined));
const traceIdAfter = (traceparent?: string) => logIds({ requestId: 'r', ...read(traceparent) }).trace_id;

describe('a traceparent', () => {
  it('continues with a new span', () => {
    const { traceparent } = read(`00-${TRACE}-${SPAN}-01`);
    assert.match(traceparent, new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    assert.notEqual(logIds({ requestId: 'r', traceparent }).span_id, SPAN);
  });

  it('keeps only the flag sampled', () => {
    assert.match(read(`00-${TRACE}-${SPAN}-00`).traceparent, /-00$/);
    assert.match(read(`00-${TRACE}-${SPAN}-fe`).traceparent, /-00$/);
    assert.match(read(`00-${TRACE}-${SPAN}-ff`).traceparent, /-01$/);
  });

  it('of a later version is continued in version 00', () => {
    assert.equal(traceIdAfter(`cc-${TRACE}-${SPAN}-01`), TRACE);
    assert.match(read(`cc-${TRACE}-${SPAN}-01-more`).traceparent, new RegExp(`^00-${TRACE}-`));
  });

  for (const [what, text] of [
    ['nothing', undefined],
    ['an empty one', ''],
    ['the invalid version', `ff-${TRACE}-${SPAN}-01`],
    ['more than version 00 has', `00-${TRACE}-${SPAN}-01-more`],
    ['more without a dash', `cc-${TRACE}-${SPAN}-01more`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['two of them', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ] as const) {
    it(`that is ${what} starts a new trace without the old state`, () => {
      const begun = read(text, 'a=1');
      assert.match(begun.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      assert.notEqual(logIds({ requestId: 'r', ...begun }).trace_id, TRACE);
      assert.equal(begun.tracestate, undefined);
    });
  }
});

describe('a tracestate', () => {
  const stateAfter = (tracestate: string) => read(`00-${TRACE}-${SPAN}-01`, tracestate).tracestate;

  it('is forwarded unchanged', () =>
    assert.equal(stateAfter('dd=s:1;o:rum, rojo=00f067'), 'dd=s:1;o:rum,rojo=00f067'));

  for (const text of [
    '',
    ',',
    'novalue',
    'A=1',
    'a=\u00fc',
    'a=1,=2',
    `a=${'x'.repeat(600)}`,
    Array(33).fill('a=1').join(),
  ])
    it(`is dropped if malformed: ${text.slice(0, 20)}`, () => assert.equal(stateAfter(text), undefined));
});
