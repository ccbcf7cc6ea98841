import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import { createLog } from '../runtime/log.ts';
import { SettingsError } from '../runtime/settings.ts';
import { openHandlesFile, recipientsOf } from './recipients.ts';

const { clock, context, datadog } = emulatedDatadog();
const log = createLog('test', () => {}, clock.now);

describe('BIRDDOG_HANDLES', () => {
  it('is a file that is reloaded, whose last valid content stays in force', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'handles-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'handles');
    await assert.rejects(openHandlesFile(path, log), SettingsError);
    writeFileSync(path, '@a b\n');
    await assert.rejects(
      openHandlesFile(path, log),
      (error) => error instanceof SettingsError && /handles:1:1: "@a b" is not a handle/.test(error.message),
    );
    writeFileSync(path, '@slack-one\n');
    const file = await openHandlesFile(path, log);
    assert.ok(file);
    t.after(file.close);
    const recipients = recipientsOf(path, file, datadog.request, clock);
    const state = async () => (await recipients?.known(context()))?.stateOf('slack-two');
    assert.equal(await state(), 'unknown');
    writeFileSync(path, '@slack-one\n@slack-two\n');
    await file.refresh();
    assert.equal(await state(), 'known');
    writeFileSync(path, '@slack one, two, three\n');
    await file.refresh();
    assert.equal(await state(), 'known');
    assert.match(recipients?.status().faults.join() ?? '', /is invalid/);
  });

  it('is not set, or is the word datadog', async () => {
    assert.equal(await openHandlesFile('', log), undefined);
    assert.equal(await openHandlesFile('datadog', log), undefined);
    assert.equal(recipientsOf('', undefined, datadog.request, clock), undefined);
    assert.notEqual(recipientsOf('datadog', undefined, datadog.request, clock), undefined);
  });
});
