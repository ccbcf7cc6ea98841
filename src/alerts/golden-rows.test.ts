import { load } from 'js-yaml';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { createTestClient, statusAndErrors } from '../../emulators/datadog/test-client.ts';
import { addCheck } from '../contract/check.ts';
import { alertSchema, parseAlert } from '../contract/alert-schema.ts';
import { Findings } from '../domain/findings.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { alertJson } from './alert.ts';
import { canonicalAlert } from './canonical-alert.ts';
import { compileAlert } from './compile.ts';
import { addAlertFindings } from './lint-alert.ts';
import { readAlert } from './read-back.ts';

/** The tables of examples, each a file in golden/, with their number of rows: 62 in all. */
const TABLES = [
  ['metrics', 10],
  ['functions', 9],
  ['change', 11],
  ['searches', 9],
  ['checks', 12],
  ['fields', 11],
] as const;

const json = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null);
const ROWS = z.array(
  z.strictObject({
    alert: json,
    query: z.string(),
    /** The options beside those that every such monitor has. */
    options: json.optional(),
    message: z.string().optional(),
    /** Other fields of the monitor. */
    members: json.optional(),
    /** The codes of its findings, if it is not clean: the table shows each field by itself. */
    findings: z.array(z.string()).optional(),
    /** The alert that the monitor is read back as, if it is another one. */
    reads_as: json.optional(),
  }),
);
const { send } = createTestClient();

/** Returns the options of a row with those that are usual for its query. */
function optionsOf(query: string, options: JsonObject): JsonObject {
  const [, critical] = / (?:[<>]=?|[=!]=) (-?[\d.]+)$/.exec(query) ?? [];
  const { thresholds, ...others } = options;
  const isMetric = /^[a-z_]+\((?:[a-z]+\()?(?:last|next|current)_/.test(query);
  const [, window] = /alert_window='(\w+)'/.exec(query) ?? [];
  return {
    ...(isMetric ? { require_full_window: false } : {}),
    ...(window === undefined
      ? {}
      : { threshold_windows: { trigger_window: window, recovery_window: window } }),
    ...others,
    ...(critical === undefined && thresholds === undefined
      ? {}
      : {
          thresholds: {
            ...(critical === undefined ? {} : { critical: Number(critical) }),
            ...(window === undefined ? {} : { critical_recovery: 0 }),
            ...(isObject(thresholds) ? thresholds : {}),
          },
        }),
  };
}

/** Returns the findings about an alert that a user sees, but for that about missing recipients. */
function findingsOf(alert: JsonObject): string[] {
  const findings = new Findings();
  addCheck(findings, alertSchema, alert, '');
  if (findings.size === 0)
    addAlertFindings(findings, parseAlert(alert), undefined, '', { mayBeSilent: true });
  const found = findings.list().filter(({ severity }) => severity !== 'info');
  return found.map(({ code, pointer }) => `${code} ${pointer}`);
}

const MEMBER: JsonObject = { title: 'M', signal: { metric: 'm' }, condition: { over: '5m', above: 1 } };
const created = send('POST', '/api/v1/monitor', compileAlert(parseAlert(MEMBER)));
const { id: memberId } = z.object({ id: z.number() }).parse(JSON.parse(String(created.body)));

/** Returns a monitor that combines a monitor of the emulator in place of each of its members. */
function withExistingMembers(monitor: JsonObject): JsonObject {
  if (monitor['type'] !== 'composite') return monitor;
  return { ...monitor, query: String(monitor['query']).replaceAll(/\d+/g, String(memberId)) };
}

for (const [table, count] of TABLES) {
  const rows = ROWS.parse(load(readFileSync(join(import.meta.dirname, `golden/${table}.yaml`), 'utf8')));
  describe(`the examples of ${table}`, () => {
    it('are complete', () => assert.equal(rows.length, count));

    for (const { alert, query, options = {}, message, members = {}, findings = [], reads_as } of rows) {
      it(`${query}`, () => {
        const body: JsonObject = { title: 'T', ...alert };
        assert.deepEqual(findingsOf(body), findings);
        const parsed = parseAlert(body);
        const monitor = compileAlert(parsed);
        assert.equal(monitor['query'], query);
        assert.deepEqual(monitor['options'], optionsOf(query, options));
        for (const [name, value] of Object.entries(members)) assert.deepEqual(monitor[name], value);
        if (message !== undefined) assert.equal(monitor['message'], message);
        const expected = { ...body, ...reads_as };
        assert.deepEqual(alertJson(canonicalAlert(parsed)), expected);
        const read = readAlert(monitor);
        assert.deepEqual(read && alertJson(read), expected);
        const answer = send('POST', '/api/v1/monitor/validate', withExistingMembers(monitor));
        assert.deepEqual(statusAndErrors(answer), [200]);
      });
    }
  });
}
