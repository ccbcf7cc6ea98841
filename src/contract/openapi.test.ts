import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import type { Edit, Finding } from '../domain/finding.ts';
import { PROBLEMS } from '../domain/problem.ts';
import { valueAt } from '../domain/pointer.ts';
import { answerSchema } from './answers.ts';
import { openApi } from './openapi.ts';
import { ENDPOINTS } from './operations.ts';

const description = JSON.parse(JSON.stringify(openApi('1.2.3')));

describe('the OpenAPI description', () => {
  it('has every path and method of the contract, and no other', () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(described.sort(), ENDPOINTS.map((o) => `${o.method} ${o.path}`).sort());
  });

  it('has the target of every reference', () => {
    const references = JSON.stringify(description).match(/"\$ref":"#[^"]+"/g) ?? [];
    assert.ok(references.length > ENDPOINTS.length);
    for (const reference of references) {
      const pointer = /#([^"]+)/.exec(reference)?.[1] ?? '';
      assert.notEqual(valueAt(description, pointer), undefined, pointer);
    }
  });

  it('lists the statuses of problems for every path', () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const operation of Object.values(Object(methods))) {
        const { responses } = Object(operation);
        for (const { status } of Object.values(PROBLEMS)) assert.ok(responses[status], `${path} ${status}`);
      }
    }
  });

  it('has the schema of the answer of every path', () => {
    for (const [path, methods] of Object.entries(description.paths)) {
      for (const operation of Object.values(Object(methods))) {
        const { responses } = Object(operation);
        for (const status of path.startsWith('/create_') ? [200, 201] : [200]) {
          const { $ref } = responses[status].content['application/json'].schema;
          const schema = valueAt(description, $ref.slice(1));
          assert.deepEqual(
            Object.keys(Object(schema).properties),
            Object.keys(answerSchema(path).shape),
            `${path} ${status}`,
          );
        }
      }
    }
  });

  it('describes findings and fixes exactly', () => {
    const schema = z.fromJSONSchema(description.components.schemas.Finding);
    const finding: Finding = {
      code: 'a',
      severity: 'error',
      message: 'b',
      pointer: '/c',
      line: 1,
      column: 2,
      hint: 'd',
    };
    const edits: Edit[] = [
      { pointer: '/c', from: 0, to: 2, text: 'x' },
      { pointer: '/c', value: { any: [null] } },
      { pointer: '/c', remove: true },
    ];
    const isValid = (value: unknown) => schema.safeParse(value).success;
    assert.deepEqual([finding, { ...finding, fix: { title: 't', edits } }].map(isValid), [true, true]);
    const invalid = [
      {},
      { pointer: '/c' },
      { pointer: '/c', from: 0, to: 2 },
      { pointer: '/c', value: 1, remove: true },
      { pointer: '/c', remove: false },
      { remove: true },
    ];
    for (const edit of invalid) assert.ok(!isValid({ ...finding, fix: { title: 't', edits: [edit] } }));
    assert.ok(!isValid({ ...finding, at: 1 }), 'an offset in a string becomes line and column');
  });

  it('describes the field `lint` of each object', () => {
    const schema = z.fromJSONSchema(description.components.schemas.Lint);
    for (const object of ['Monitor', 'MonitorUpdate', 'Alert', 'Dashboard'])
      assert.deepEqual(description.components.schemas[object].properties.lint, {
        $ref: '#/components/schemas/Lint',
      });
    const entry = { code: 'a_rule', because: 'It does not apply here.' };
    assert.ok(schema.safeParse({ ignore: [entry] }).success);
    for (const lint of [[], { ignore: entry }, { ignore: ['a_rule'] }, { ignore: [{ because: 'x' }] }])
      assert.ok(!schema.safeParse(lint).success);
  });
});
