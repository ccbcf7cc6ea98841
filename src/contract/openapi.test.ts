import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { LIMIT_NAMES } from '../alerts/conditions/limits.ts';
import type { Edit, Finding } from '../domain/finding.ts';
import { PROBLEMS } from '../domain/problem.ts';
import { valueAt } from '../domain/pointer.ts';
import { lintBody } from '../pipeline/lint.ts';
import { answerSchema } from './answers.ts';
import { check } from './check.ts';
import { docsPage } from './docs-page.ts';
import { openApi } from './openapi.ts';
import { ENDPOINTS } from './operations.ts';
import { explainSchema, restoreSchema } from './schemas.ts';

const description = JSON.parse(JSON.stringify(openApi('1.2.3')));

describe('the OpenAPI description', () => {
  it('has every path and method of the contract, and no other', () => {
    const described = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = ENDPOINTS.flatMap(({ method, path }) =>
      (method === 'GET' ? ['GET', 'HEAD'] : [method]).map((one) => `${one} ${path}`),
    );
    assert.deepEqual(described.sort(), expected.sort());
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
    for (const [path, { head: _, ...methods }] of Object.entries<Record<string, unknown>>(
      description.paths,
    )) {
      for (const operation of Object.values(methods)) {
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

  it('names the fields that a problem always has, by its code', () => {
    const own = (name: string) => description.components.schemas[`${name}Problem`].allOf[1];
    const required = (name: string) => own(name).required.filter((field: string) => field !== 'code');
    assert.deepEqual(
      ['KeyConflict', 'PlanStale', 'OwnedByAnother', 'Forbidden', 'TooLarge', 'DatadogRefused'].map(required),
      [['plan'], ['moved'], ['owner'], ['wanted', 'groups'], ['unit', 'limit'], []],
    );
    assert.equal(own('DatadogRefused').properties.datadog_status.type, 'integer');
    const { schema } = description.components.responses.Problem409.content['application/problem+json'];
    const codes = Object.entries(PROBLEMS).filter(([, { status }]) => status === 409);
    assert.deepEqual(
      schema.oneOf.map(
        ({ $ref }: { $ref: string }) =>
          Object(valueAt(description, $ref.slice(1))).allOf[1].properties.code.const,
      ),
      codes.map(([code]) => code),
    );
  });

  it('requires the application where only the query can name it, and types every parameter', () => {
    const parameter = (path: string, method: string, name: string) =>
      description.paths[path][method].parameters.find((one: { name: string }) => one.name === name);
    for (const [path, method] of [
      ['/delete_monitor', 'delete'],
      ['/delete_alert', 'delete'],
      ['/delete_dashboard', 'delete'],
      ['/import', 'post'],
      ['/history', 'get'],
    ] as const)
      assert.equal(parameter(path, method, 'application').required, true, path);
    assert.equal(parameter('/create_alert', 'post', 'application').required, false);
    assert.equal(parameter('/get_monitors', 'get', 'application').required, false);
    assert.deepEqual(parameter('/get_monitors', 'get', 'page_size').schema, {
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 100,
    });
    assert.equal(parameter('/get_dashboards', 'get', 'state'), undefined);
    for (const { path, method, query } of ENDPOINTS) {
      for (const name of query) {
        const { schema } = parameter(path, method.toLowerCase(), name);
        const { type, enum: values, pattern, contentMediaType } = schema;
        assert.ok(type === 'boolean' || type === 'integer' || values || pattern || contentMediaType, name);
      }
    }
  });

  it('has one named schema for the three formats of a body', () => {
    for (const { path, method } of ENDPOINTS) {
      const { requestBody } = description.paths[path][method.toLowerCase()];
      if (!requestBody) continue;
      const schemas = Object.values<{ schema: unknown }>(requestBody.content).map(({ schema }) => schema);
      assert.equal(schemas.length, 3, path);
      const [{ $ref }] = schemas.map(Object);
      for (const schema of schemas) assert.deepEqual(schema, { $ref }, path);
    }
  });

  it('says how callers authenticate', () => {
    assert.deepEqual(description.security, [{}]);
    const { security, components } = JSON.parse(JSON.stringify(openApi('1', true)));
    assert.deepEqual([security, components.securitySchemes.bearer.scheme], [[{ bearer: [] }], 'bearer']);
  });

  it('states rules of alerts, monitors and dashboards, which lint applies too', () => {
    const { Alert, Signal, Condition, Notify, Monitor, Dashboard, Catalogs } = description.components.schemas;
    const [limits] = Condition.oneOf;
    assert.deepEqual(limits.required, ['over']);
    assert.deepEqual(
      limits.oneOf.flatMap(({ required }: { required: string[] }) => required),
      LIMIT_NAMES,
    );
    assert.deepEqual(Alert.properties.condition, { $ref: '#/components/schemas/Condition' });
    const wrong: readonly [pattern: string, refused: string, alert: object][] = [
      [Condition.properties.over.pattern, '0', { condition: { over: '0', above: 1 } }],
      [Signal.properties.metric.pattern, '0', { signal: { metric: '0' } }],
      [Signal.properties.by.anyOf[0].items.pattern, '0', { signal: { metric: 'm', by: ['0'] } }],
      [Signal.properties.filter.anyOf[0].pattern, 'a{b}', { signal: { metric: 'm', filter: 'a{b}' } }],
      [Notify.properties.to.anyOf[0].pattern, 'x', { notify: [{ to: ['x'] }] }],
    ];
    const valid = {
      title: 't',
      signal: { metric: 'a.b', by: ['host'], filter: 'env:prod' },
      condition: { over: '5m', above: 1 },
      notify: [{ to: ['@slack-a'] }],
    };
    const lint = (alert: object) => {
      const document = { apiVersion: 'birddog/v1', application: 'a', team: 't', alerts: [alert] };
      return lintBody(JSON.parse(JSON.stringify(document)), {}).filter(
        ({ severity }) => severity === 'error',
      );
    };
    assert.deepEqual(lint(valid), []);
    for (const [pattern, refused, alert] of wrong) {
      assert.doesNotMatch(refused, new RegExp(pattern, 'u'));
      assert.equal(lint({ ...valid, ...alert }).length, 1, refused);
    }
    for (const [pattern, accepted] of [
      [Condition.properties.over.pattern, '5m 1h 1d 1w 1mo 10080m 730h 31d'],
      [Signal.properties.metric.pattern, 'a.b system.cpu.user A_b'],
      [Notify.properties.to.anyOf[0].pattern, '@slack-a @a@b.c'],
    ])
      for (const one of accepted.split(' ')) assert.match(one, new RegExp(pattern, 'u'));
    assert.deepEqual(
      Monitor.properties.priority.anyOf.map((one: { enum?: unknown; type: string }) => one.enum ?? one.type),
      [[1, 2, 3, 4, 5], ['1', '2', '3', '4', '5'], 'null'],
    );
    assert.ok(Monitor.properties.type.examples.includes('query alert'));
    assert.deepEqual(Dashboard.then.properties.widgets.items.required, ['layout']);
    assert.equal(Dashboard.properties.tags.anyOf[0].items.pattern, '^(team|ai):.');
    assert.deepEqual(Dashboard.properties.template_variables.anyOf[0].items.required, ['name']);
    assert.doesNotMatch('a\u0007', new RegExp(Catalogs.properties.leanix.pattern, 'u'));
  });

  it('has an example of each body, in which lint finds no error', () => {
    for (const operation of ENDPOINTS) {
      const { requestBody } = description.paths[operation.path][operation.method.toLowerCase()];
      if (!requestBody) continue;
      const { example } = requestBody.content['application/json'];
      const own = { restore: restoreSchema, explain: explainSchema };
      const { verb } = operation;
      const findings =
        verb === 'restore' || verb === 'explain' ? check(own[verb], example, '') : lintBody(example, {});
      const mistakes = findings.filter(({ severity }) => severity !== 'info');
      assert.deepEqual(mistakes, [], operation.path);
    }
  });
});

it('the page of the API describes each parameter as its operation takes it', () => {
  const rows = docsPage().split('<tr>');
  for (const [path, meaning] of [
    ['/import', 'Import the objects with these ids'],
    ['/get_monitors', "Datadog's id of the object"],
  ] as const) {
    const row = rows.find((one) => one.includes(` ${path}</code>`)) ?? '';
    assert.ok(row.includes(`<code title="${meaning}`), row);
  }
});
