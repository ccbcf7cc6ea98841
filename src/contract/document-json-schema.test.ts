import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentJsonSchema } from './document-json-schema.ts';

describe('the JSON Schema of a document', () => {
  it('requires the fields at the top of a document', () => {
    const { $defs, $ref } = JSON.parse(documentJsonSchema());
    assert.equal($ref, '#/$defs/Document');
    assert.deepEqual($defs.Document.required, ['application', 'team']);
  });
});
