import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PROBLEMS } from '../domain/problem.ts';
import { valueAt } from '../domain/pointer.ts';
import { openApi } from './openapi.ts';
import { OPERATIONS } from './operations.ts';

const description = JSON.parse(JSON.stringify(openApi('1.2.3')));

describe('the OpenAPI description', () => {
  it('has every path and method of the contract, and no other', () => {
    const told = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(told.sort(), OPERATIONS.map((o) => `${o.method} ${o.path}`).sort());
  });

  it('refers only to what it has', () => {
    const references = JSON.stringify(description).match(/"\$ref":"#[^"]+"/g) ?? [];
    assert.ok(references.length > OPERATIONS.length);
    for (const reference of references) {
      const pointer = /#([^"]+)/.exec(reference)?.[1] ?? '';
      assert.notEqual(valueAt(description, pointer), undefined, pointer);
    }
  });

  it('says of every path which problems it can answer with', () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const operation of Object.values(Object(methods))) {
        const { responses } = Object(operation);
        for (const { status } of Object.values(PROBLEMS)) assert.ok(responses[status], `${path} ${status}`);
      }
    }
  });
});
