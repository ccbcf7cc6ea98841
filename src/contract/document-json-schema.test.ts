import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { documentJsonSchema } from './document-json-schema.ts';

describe('docs/schema.json', () => {
  it('is the schema that documents are held against (npm run schema writes it)', () => {
    const page = readFileSync(new URL('../../docs/schema.json', import.meta.url), 'utf8');
    assert.equal(page, documentJsonSchema());
  });

  it('says how a document begins', () => {
    const { $defs, $ref } = JSON.parse(documentJsonSchema());
    assert.equal($ref, '#/$defs/Document');
    assert.deepEqual($defs.Document.required, ['apiVersion', 'application', 'team']);
  });
});
