import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalLine } from './log-lines.ts';

const LINES: readonly (readonly [line: string, expected: string | undefined])[] = [
  ['ready http://127.0.0.1:1', undefined],
  ['ops http://127.0.0.1:1', undefined],
  ['{"time":"t","level":"info","process":"serve","event":"ready"}', undefined],
  [
    '{"time":"t","level":"warn","process":"launcher","event":"sidecar ended, restarting","status":1}',
    '[sidecar] warn: sidecar ended, restarting status=1',
  ],
  [
    '{"level":"error","event":"not started","reason":"no key"}',
    '[sidecar] error: not started reason="no key"',
  ],
  ['Error: out of memory', '[sidecar] Error: out of memory'],
  ['{ not JSON', '[sidecar] { not JSON'],
];

for (const [line, expected] of LINES) {
  test(`terminalLine(${line}) is ${expected}`, () => {
    assert.equal(terminalLine('sidecar', line), expected);
  });
}
