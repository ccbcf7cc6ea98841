import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { readDocument } from '../../pipeline/document/read-document.ts';
import { planAnswer } from '../client/plan-answer.ts';
import { operandOf, type PlannedDocument, savedPlanText } from './saved-plan.ts';
import { changedSteps, staleFailure } from './stale-plan.ts';

const START = { line: 1, column: 1 };
const bodyOf = (value: JsonObject) => ({
  format: 'yaml' as const,
  value,
  locate: () => START,
  span: () => ({ start: START }),
});

const SECRET = 'https://deploy:Tr0ub4dor@ops.example.com/restart';
const object = (action: string, more: JsonObject = {}): JsonObject => ({
  kind: 'monitor',
  key: 'load',
  action,
  changes: [],
  ...more,
});
const CREATE = object('create', { after: { name: 'Load', tags: ['team:t'], query: 'q' } });

function plan(objects: readonly JsonObject[], application = 'shop'): PlannedDocument['plan'] {
  const answer = {
    application,
    route: 'listed',
    basis: 'b',
    objects: [...objects],
    findings: [],
    request_id: 'r',
  };
  return planAnswer(answer);
}

function planned(
  objects: readonly JsonObject[] = [CREATE],
  { application = 'shop', name = 'a.yaml', format = 'yaml' as const } = {},
): PlannedDocument {
  const value = { apiVersion: 'birddog/v1', application, team: 't', monitors: [] };
  const text = JSON.stringify(value);
  const file = { name, format, text };
  const document = {
    file,
    part: { text, line: 0 },
    number: undefined,
    value,
    read: readDocument(value),
    notes: [],
    body: bodyOf(value),
    expanding: {},
  };
  return { name, document, plan: plan(objects, application) };
}

const OPTIONS = { prune: false, force: false };
const saved = (documents: readonly PlannedDocument[] = [planned()]): JsonObject =>
  JSON.parse(savedPlanText(documents, OPTIONS, 0));
const first = (value: JsonObject): JsonObject => {
  const documents = value['documents'];
  return Array.isArray(documents) && isObject(documents[0]) ? documents[0] : {};
};

/** Reads a text as the operand of an apply. */
async function read(t: TestContext, text: string | Buffer, name = 'plan.json') {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-saved-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  const io = { stdin: Readable.from([]), paintErr: (_style: string, shown: string) => shown };
  const operand = await operandOf([join(folder, name)], io);
  return { ...operand, message: operand.failure?.text.replace(`${folder}/`, '').split('\n')[0] };
}

describe('a saved plan', () => {
  it('is read as it was saved, in any layout, by its content', async (t) => {
    const documents = [
      planned([
        CREATE,
        object('update', { key: 'b', id: '1', changes: [{ path: '/name', from: 1, to: 2 }] }),
      ]),
      planned([], { application: 'other', name: '-', format: 'yaml' }),
    ];
    const text = savedPlanText(documents, { prune: true, force: true }, 0);
    const compact = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).toReversed()));
    for (const [written, name] of [
      [text, 'plan.json'],
      [compact, 'plan'],
    ] as const) {
      const { saved: found } = await read(t, written, name);
      assert.deepEqual(
        found?.planned.map(({ plan: { objects, basis } }) => [objects, basis]),
        documents.map(({ plan: { objects, basis } }) => [objects, basis]),
      );
      assert.deepEqual(
        [found?.prune, found?.force, found?.createdAt],
        [true, true, '1970-01-01T00:00:00.000Z'],
      );
    }
  });

  it('keeps the selected keys of a document', async (t) => {
    const { document, ...one } = planned();
    const value = saved([{ ...one, document: { ...document, only: ['a', 'b'] } }]);
    const { saved: found } = await read(t, JSON.stringify(value));
    assert.deepEqual(found?.planned[0]?.document.only, ['a', 'b']);
  });

  it('keeps the format of a document whose source does not tell it', async (t) => {
    const value = saved([planned([], { name: '-' })]);
    assert.equal(first(value)['format'], undefined);
    const toml = planned([], { name: 'a.conf' });
    const part = { text: 'application = "shop"\n', line: 0 };
    const document = { ...toml.document, part, file: { ...toml.document.file, format: 'toml' as const } };
    const { saved: found } = await read(t, JSON.stringify(saved([{ ...toml, document }])));
    assert.equal(found?.planned[0]?.document.read.application, 'shop');
    assert.equal(found?.planned[0]?.document.file.format, 'toml');
  });

  it('has no secret of an object in Datadog', () => {
    const changes = [{ path: '/message', from: SECRET, to: 'x' }];
    const text = savedPlanText(
      [planned([object('update', { id: '1', changes, after: { message: SECRET } })])],
      OPTIONS,
      0,
    );
    assert.doesNotMatch(text, /Tr0ub4dor/);
    assert.match(text, /\[redacted\]/);
  });

  it('that is damaged or edited is rejected with the place', async (t) => {
    const text = savedPlanText([planned()], OPTIONS, 0);
    const edited = (change: (value: JsonObject) => JsonObject) =>
      JSON.stringify(change(JSON.parse(text)), undefined, 1);
    const inDocument = (change: JsonObject) =>
      edited((value) => ({ ...value, documents: [{ ...first(value), ...change }] }));
    for (const [written, message] of [
      [text.slice(0, -20), /^plan\.json:\d+:\d+: error: .*\[malformed_json\]$/],
      [
        edited((value) => ({ ...value, kind: 'birddog/plan/v2' })),
        /^plan\.json:2:10: error: This plan has the format birddog\/plan\/v2; this command, birddog \S+, reads only birddog\/plan\/v1\./,
      ],
      [
        edited((value) => ({ ...value, kind: 'birddog/other' })),
        /^plan\.json:2:10: error: "birddog\/other" is not a kind of file that birddog applies/,
      ],
      [edited((value) => ({ ...value, kind: 7 })), /^plan\.json:2:10: error: 7 is not a kind/],
      [
        edited((value) => ({ ...value, documents: [] })),
        /^plan\.json:5:15: error: documents is not as birddog plan --out writes it/,
      ],
      [
        edited((value) => ({ ...value, documents: [first(value), first(value)] })),
        /error: The plan has another document of shop\./,
      ],
      ...(['prune', 'force'] as const).map((field): [string, RegExp] => [
        edited((value) => ({ ...value, documents: [first(value), { ...first(value), [field]: true }] })),
        new RegExp(`error: All documents of a plan have the same "${field}"\\.`),
      ]),
      [inDocument({ prune: 'no' }), /^plan\.json:11:13: error: documents\[0\]\.prune is not as/],
      [inDocument({ plan: {} }), /error: documents\[0\]\.plan\.route is not as/],
      [inDocument({ sha256: 'x' }), /^plan\.json:8:14: error: documents\[0\]\.sha256 is not as/],
      [
        inDocument({ sha256: '0'.repeat(64) }),
        /^plan\.json:\d+:16: error: This document was edited after it was planned: its sha256 differs\./,
      ],
      [
        inDocument({ document: 'application: shop # or not' }),
        /This document was edited after it was planned/,
      ],
      [inDocument({ application: 'other' }), /The document is not of other/],
      [inDocument({ source: 'a.conf' }), /The format of a\.conf is unknown/],
      [Buffer.concat([Buffer.from(text.slice(0, 60)), Buffer.from([0xff])]), /\[invalid_utf8\]|error/],
    ] as const) {
      const { saved: found, failure, message: shown } = await read(t, written);
      assert.equal(found, undefined);
      assert.match(shown ?? '', message);
      assert.match(failure?.text ?? '', /hint: /);
      assert.equal(failure?.exit, 1);
    }
  });

  it('is not any other file: those are documents', async (t) => {
    for (const text of [
      '{"apiVersion": "birddog/v1", "application": "a", "monitors": [{"message": "\\"birddog/plan/v1\\""}]}',
      '{"apiVersion": "birddog/v1", "application": "a", "team": "\\"birddog/plan/v1\\" kind documents sha256"}',
      'kind: "birddog/plan/v1"\n',
      '{"apiVersion": "apps/v1", "kind": "Deployment"}',
      '',
    ]) {
      const { saved: found, failure } = await read(t, text);
      assert.deepEqual([found, failure], [undefined, undefined], text);
    }
  });

  it('has a maximum size and depth', async (t) => {
    const stdin = Readable.from([Buffer.alloc(64 * 1024 * 1024 + 1, ' ')]);
    const { failure } = await operandOf(['-'], { stdin, paintErr: (_style, shown) => shown });
    assert.match(failure?.text ?? '', /^-: error: the file is larger than the maximum of 67108864 bytes$/m);
    const nested = `{"kind": "birddog/plan/v1", "documents": ${'['.repeat(1000)}`;
    assert.match((await read(t, nested)).message ?? '', /\[too_deep\]$/);
  });
});

describe('what has changed since a plan', () => {
  const steps = (before: readonly JsonObject[], after: readonly JsonObject[]) =>
    changedSteps(plan(before), plan(after)).map(({ key, planned: then, now, changes }) => [
      key,
      then,
      now,
      changes.map(({ path }) => path),
    ]);
  const change = (to: string, from = 'a'): JsonObject => ({ path: '/message', from, to });
  const update = (...changes: JsonObject[]) =>
    object('update', { id: '1', changes, after: { message: 'b' } });

  it('is nothing if every object would be written as planned, or was', () => {
    const other = { ...CREATE, key: 'other' };
    assert.deepEqual(steps([other, update(change('b'))], [update(change('b')), other]), []);
    assert.deepEqual(steps([CREATE], [object('none', { id: '1' })]), []);
    assert.deepEqual(steps([object('delete', { id: '1' })], []), []);
    assert.deepEqual(steps([], [object('extra', { id: '1' }), object('clone', { id: '2' })]), []);
  });

  it('is each object that would be written differently', () => {
    assert.deepEqual(steps([object('none', { id: '1' })], [update(change('b'))]), [
      ['load', 'none', 'update', ['/message']],
    ]);
    assert.deepEqual(steps([update(change('b'))], [update(change('b', 'c'))]), [
      ['load', 'update', 'update', ['/message']],
    ]);
    assert.deepEqual(steps([update(change('b'), { path: '/name', to: 'n' })], [update(change('b'))]), [
      ['load', 'update', 'update', []],
    ]);
    assert.deepEqual(steps([update(change('b'))], [CREATE]), [['load', 'update', 'create', []]]);
    assert.deepEqual(steps([CREATE], []), [['load', 'create', undefined, []]]);
    assert.deepEqual(steps([], [CREATE]), [['load', undefined, 'create', []]]);
    assert.deepEqual(steps([object('delete', { id: '1' })], [object('delete', { id: '2' })]), [
      ['load', 'delete', 'delete', []],
    ]);
    assert.deepEqual(steps([object('extra', { id: '1' })], [object('delete', { id: '1' })]), [
      ['load', 'extra', 'delete', []],
    ]);
  });

  it('is not the id of an object that was made since, where the plan refers to it', () => {
    const both = (reference: string) => ({
      ...object('create'),
      key: 'both',
      after: { query: `${reference} && 7` },
    });
    const made = (action: string) => object(action, { id: '12' });
    assert.deepEqual(steps([CREATE, both('${monitor:load}')], [made('none'), both('12')]), []);
    const [changed] = steps([CREATE, both('${monitor:load}')], [made('none'), both('13')]);
    assert.deepEqual(changed, ['both', 'create', 'create', ['/query']]);
    assert.deepEqual(
      steps([made('replace'), both('${monitor:load}')], [made('replace'), both('${monitor:load}')]),
      [],
    );
    const refers = (to: string) =>
      object('update', { key: 'c', id: '3', changes: [{ path: '/query', from: '1', to }] });
    assert.deepEqual(steps([CREATE, refers('${monitor:shop/load}')], [made('none'), refers('12')]), []);
  });

  it('is a tag that the route adds since, and no secret that the file does not have', () => {
    const listed = object('create', {
      after: { name: 'Load', tags: ['team:t', 'service:shop'], query: 'q' },
    });
    assert.deepEqual(steps([CREATE], [listed]), [['load', 'create', 'create', ['/tags/1']]]);
    const before = saved([planned([update(change('x', SECRET))])]);
    const { plan: then } = first(before);
    const objects = isObject(then) && Array.isArray(then['objects']) ? then['objects'].filter(isObject) : [];
    assert.deepEqual(steps(objects, [update(change('x', SECRET))]), []);
  });

  it('is described for people and programs, a limited number of objects', () => {
    const many = Array.from({ length: 60 }, (_, at) => ({ ...CREATE, key: `k${at}` }));
    const found = changedSteps(plan([]), plan([...many, update(change('b'))]));
    const { text, json, exit } = staleFailure('a.yaml', 'T', found, (_style, shown) => shown);
    assert.match(text, /^a\.yaml: error: .*\n {2}monitor k0: not there then, to create now\n/);
    assert.match(text, /\n {2}… 11 more objects\n {2}hint: Plan again, and review the new plan\.\n$/);
    assert.deepEqual([exit, Array.isArray(json['moved']) && json['moved'].length], [1, 61]);
  });
});
