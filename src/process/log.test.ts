import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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
  it('is one line of JSON an event, whatever is in it', () => {
    const { log, lines } = written();
    log.info('answered', { path: 'a\nb', error: new Error('no\nway') });
    const [line] = lines();
    assert.deepEqual(
      [line.time, line.level, line.process, line.event, line.path, line.error.message],
      ['1970-01-01T00:00:00.000Z', 'info', 'serve', 'answered', 'a\nb', 'no\nway'],
    );
  });

  it('shows no secret, however deep it is', () => {
    const { log, lines } = written();
    log.error('x', { a: { b: [new Secret('hush')] } });
    assert.deepEqual(lines()[0].a, { b: ['[secret]'] });
  });

  it('says nothing below its level, but for the audit', () => {
    const { log, lines } = written('warn');
    for (const event of ['answered', 'audit']) log.info(event);
    log.warn('w');
    log.error('e');
    assert.deepEqual(
      lines().map((line) => line.event),
      ['audit', 'w', 'e'],
    );
  });

  it('that is given fields has them in every line', () => {
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
