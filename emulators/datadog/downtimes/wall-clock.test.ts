import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatadogError } from '../datadog-error.ts';
import { localTime, utcTime } from './wall-clock.ts';

const at = (text: string) => Date.parse(text);

describe('local time', () => {
  const times: readonly [utc: string, zone: string, local: string][] = [
    ['2026-05-14T10:00:00Z', 'UTC', '2026-05-14T10:00:00Z'],
    ['2026-01-14T10:00:00Z', 'America/New_York', '2026-01-14T05:00:00Z'],
    ['2026-07-14T10:00:00Z', 'America/New_York', '2026-07-14T06:00:00Z'],
    ['2026-07-14T10:00:00Z', 'Asia/Kolkata', '2026-07-14T15:30:00Z'],
    // Just before and after a clock change in each direction.
    ['2026-03-08T06:59:00Z', 'America/New_York', '2026-03-08T01:59:00Z'],
    ['2026-03-08T07:00:00Z', 'America/New_York', '2026-03-08T03:00:00Z'],
    ['2026-10-25T02:00:00Z', 'Europe/Paris', '2026-10-25T03:00:00Z'],
  ];
  for (const [utc, zone, local] of times) {
    it(`converts ${utc} to ${local.slice(0, 16)} in ${zone}, and back`, () => {
      assert.equal(localTime(at(utc), zone), at(local));
      assert.equal(utcTime(at(local), zone), at(utc));
    });
  }

  it('is rejected for an unknown zone', () =>
    assert.throws(
      () => localTime(0, 'Mars/Olympus'),
      new DatadogError(400, 'Invalid timezone: Mars/Olympus'),
    ));
});
