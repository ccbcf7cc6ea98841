import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Secret } from '../domain/secret.ts';
import { createLog, type LogLevel, logWith } from './log.ts';

function written(from?: LogLevel) {
  const lines: string[] = [];
  const log = createLog(
    'serve',
    (line) => lines.push(line),
    () => 0,
    from,
  );
  return { log, lines: () => lines.map((line) => JSON.parse(line)) };
}

describe('the log', () => {
  it('escapes characters that split or disguise a line in every field', () => {
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        '\u2028',
        '\u2029',
        '\u202e',
        '\u200b',
        '\ufeff',
        '\x7f',
        '\x85',
        '\u{e0041}',
        '\n',
        '\\',
      ),
    );
    const text = fc.string({ unit, maxLength: 40 });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const lines: string[] = [];
        createLog('serve', (line) => lines.push(line)).warn(value, {
          [`x${name}`]: value,
          deep: [{ value }],
        });
        const [line = ''] = lines;
        assert.match(line, /^[^\p{C}\p{Zl}\p{Zp}]*\n$/u);
        const read = JSON.parse(line);
        assert.deepEqual([read.event, read[`x${name}`], read.deep[0].value], [value, value, value]);
      }),
      { numRuns: 3000 },
    );
  });

  it('writes one JSON line per event, for any content', () => {
    const { log, lines } = written();
    log.info('answered', { path: 'a\nb', error: new Error('no\nway') });
    const [line] = lines();
    assert.deepEqual(
      [line.time, line.level, line.process, line.event, line.path, line.error.message],
      ['1970-01-01T00:00:00.000Z', 'info', 'serve', 'answered', 'a\nb', 'no\nway'],
    );
  });

  it('prints no secret at any depth', () => {
    const { log, lines } = written();
    log.error('x', { a: { b: [new Secret('hush')] } });
    assert.deepEqual(lines()[0].a, { b: ['[secret]'] });
  });

  it('omits lines below its level, except audit lines', () => {
    const { log, lines } = written('warn');
    for (const event of ['answered', 'audit']) log.info(event);
    log.warn('w');
    log.error('e');
    assert.deepEqual(
      lines().map((line) => line.event),
      ['audit', 'w', 'e'],
    );
  });

  it('adds common fields to every line', () => {
    const { log, lines } = written();
    const own = logWith(log, { request_id: 'r' });
    own.warn('a', { more: 1 });
    own.error('b');
    assert.deepEqual(
      lines().map(({ request_id, more, level }) => [request_id, more, level]),
      [
        ['r', 1, 'warn'],
        ['r', undefined, 'error'],
      ],
    );
  });
});
