import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { withPlaceholders } from '../src/domain/references.ts';
import { isObject } from '../src/domain/json.ts';
import { decode } from '../src/format/decode.ts';
import { DOCUMENT_LIMITS } from '../src/format/decoded.ts';
import { lintDashboard } from '../src/lint/dashboard/lint-dashboard.ts';
import { readDocument } from '../src/pipeline/document/read-document.ts';
import { lintFile } from '../src/pipeline/lint.ts';
import { PICTURED_DOCUMENT } from './dashboard-picture.ts';

describe('the document of the picture', () => {
  it('is clean, and its dashboard has one widget for each alert and is clean, too', async () => {
    const { value } = await decode(readFileSync(PICTURED_DOCUMENT, 'utf8'), 'yaml', DOCUMENT_LIMITS);
    assert.ok(isObject(value));
    assert.deepEqual(
      lintFile(value).filter(({ severity }) => severity !== 'info'),
      [],
    );
    const { entries } = readDocument(value);
    const alerts = entries.filter(({ kind }) => kind === 'alert');
    const dashboard = entries.find(({ kind }) => kind === 'dashboard')?.object;
    assert.ok(Array.isArray(value['alerts']) && dashboard && Array.isArray(dashboard['widgets']));
    assert.equal(alerts.length, value['alerts'].length);
    // The others are the states and the note.
    assert.equal(dashboard['widgets'].length, alerts.length + 2);
    assert.deepEqual(lintDashboard(withPlaceholders(dashboard), '', { inDocument: true }), []);
  });
});
