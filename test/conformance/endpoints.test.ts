import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ENDPOINTS } from './endpoints.ts';

const PAGE = readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8');

describe('docs/emulator.md', () => {
  it('lists every endpoint that the emulator of Datadog serves, and no other', () => {
    const listed = [...PAGE.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)` \|/gm)];
    assert.deepEqual(
      listed.map(([, method, path]) => `${method} ${path}`),
      ENDPOINTS,
      'regenerate the table with: npm run conformance -- --endpoints',
    );
  });
});
