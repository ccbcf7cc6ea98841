import { load } from 'js-yaml';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { isObject, type JsonObject, parseTrustedJson, printJson } from '../../domain/json.ts';
import { applyEdits } from '../../format/edit/apply-edits.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { acceptEdits } from './accept-edits.ts';

const GOLDEN = join(import.meta.dirname, '../../alerts/golden');
const EXAMPLES = z.object({
  examples: z.array(z.object({ alert: z.custom<JsonObject>((value) => typeof value === 'object') })),
});
/** One alert of each signal and condition. */
const ALERTS = ['signals', 'conditions'].flatMap((folder) =>
  readdirSync(join(GOLDEN, folder)).flatMap((file): [string, JsonObject][] => {
    const { examples } = EXAMPLES.parse(load(readFileSync(join(GOLDEN, folder, file), 'utf8')));
    return examples.slice(0, 1).map(({ alert }) => [`${folder}/${file}`, alert]);
  }),
);

const monitorOf = (document: JsonObject) => readDocument(document).entries[0]?.object ?? {};

/** Returns the document of an alert after the acceptance of another message of its monitor. */
async function accepted(alert: JsonObject, change: (message: string) => string) {
  const document = { application: 'app', team: 'shop', notify: ['@slack-all'], alerts: [alert] };
  const monitor = monitorOf(document);
  const from = String(monitor['message']);
  const live = { ...monitor, message: change(from) };
  const result = acceptEdits({
    document,
    read: readDocument(document),
    drifted: {
      kind: 'alert',
      key: 'a',
      id: '1',
      by: 'not known',
      pointer: '/alerts/0',
      drift: 'changed',
      changes: [{ path: '/message', from, to: live.message, by: 'not known' }],
    },
    live,
  });
  assert.ok(result);
  const text = await applyEdits(printJson(document), 'json', result.edits);
  const after = parseTrustedJson(text ?? '');
  assert.ok(isObject(after));
  return { live, monitor: monitorOf(after) };
}

describe('an accepted change of recipients in Datadog', () => {
  for (const [name, { notify, ...alert }] of ALERTS) {
    for (const [title, own] of [
      ['recipients in the entry', { notify: notify ?? [] }],
      ['recipients of the document', {}],
    ] as const) {
      it(`is all that changes in an alert of ${name} with ${title}`, async () => {
        for (const change of [
          (message: string) => `${message} @pagerduty-night`,
          (message: string) => message.replaceAll(/@slack-\w+/g, '@slack-other'),
          () => 'Nobody is notified',
        ]) {
          const { live, monitor } = await accepted({ key: 'a', ...alert, ...own }, change);
          assert.equal(monitor['message'], live.message);
        }
      });
    }
  }
});
