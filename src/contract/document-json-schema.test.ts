import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { documentJsonSchema } from './document-json-schema.ts';

describe('the JSON Schema of a document', () => {
  it('says how a document begins', () => {
    const { $defs, $ref } = JSON.parse(documentJsonSchema());
    assert.equal($ref, '#/$defs/Document');
    assert.deepEqual($defs.Document.required, ['apiVersion', 'application', 'team']);
  });
});
