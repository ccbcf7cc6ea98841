import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { it } from 'node:test';
import { brotliDecompressSync } from 'node:zlib';
import { knownMetricsText, SOURCE, TABLE } from './known-metrics.ts';

/** The maximum size of the compressed table in bytes. */
const MAX_BYTES = 400_000;

it('the table of known metrics is small', () => {
  const { length } = readFileSync(TABLE);
  assert.ok(length < MAX_BYTES, `${length} bytes`);
});

it(
  'the table of known metrics is what its generator writes',
  { skip: existsSync(SOURCE) ? false : 'the metrics of the integrations are not here' },
  () => assert.ok(brotliDecompressSync(readFileSync(TABLE)).equals(Buffer.from(knownMetricsText(SOURCE)))),
);
