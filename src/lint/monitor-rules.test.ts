import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MONITOR_RULES } from './monitor-rules.ts';

describe('docs/lint.md', () => {
  it('lists every rule about monitors with its severity, and no other', () => {
    const page = readFileSync(new URL('../../docs/lint.md', import.meta.url), 'utf8');
    const listed = [...page.matchAll(/^\| `(\w+)` \| (error|warning) \|/gm)];
    assert.deepEqual(
      listed.map(([, code, severity]) => `${code} ${severity}`),
      MONITOR_RULES.map(({ code, severity }) => `${code} ${severity}`),
    );
  });
});
