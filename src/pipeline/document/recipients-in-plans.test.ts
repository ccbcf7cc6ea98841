import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  items,
  monitorEntry,
  type Pipeline,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import { KnownRecipients } from '../../lint/recipients/known-recipients.ts';

const KNOWN = new KnownRecipients(['slack-orders'], () => true);
const YAML = `apiVersion: birddog/v1
application: app
team: web
alerts:
  - key: load
    title: Load
    signal: {metric: system.load.1}
    condition: {over: 5m, above: 10}
    notify:
      - {to: ["@slack-orders", "@slack-ordrs"]}
`;

describe('a plan', () => {
  it('warns about a recipient that is not known, at its position', async () => {
    const birddog = startInProcess({ recipients: KNOWN });
    const { body } = await birddog.send('/plan', { text: YAML, format: 'yaml' });
    const found = items(body['findings']).filter(({ code }) => code === 'handle_unknown');
    assert.deepEqual(
      found.map(({ severity, pointer, line, column, hint }) => [severity, pointer, line, column, hint]),
      [['warning', '/alerts/0/notify/0/to/1', 10, 33, 'Did you mean @slack-orders?']],
    );
  });

  it('says nothing about recipients that it does not know', async () => {
    const document = documentOf({ monitors: [monitorEntry('load', { message: '@slack-ordrs' })] });
    const codesOf = async (birddog: Pipeline) =>
      items((await birddog.plan(document))['findings']).map(({ code }) => code);
    assert.ok((await codesOf(startInProcess({ recipients: KNOWN }))).includes('handle_unknown'));
    assert.ok(!(await codesOf(startInProcess())).includes('handle_unknown'));
  });
});
