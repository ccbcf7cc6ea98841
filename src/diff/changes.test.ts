import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import { corpusLines, realDefinitions, withoutCorpus } from '../../test/corpus.ts';
import { leavesOf, withAnotherAt } from '../../test/real-fields.ts';
import { changesOf, needsReplace } from './changes.ts';
import { isObject, type Json, type JsonObject, parseTrustedJson, printJson } from '../domain/json.ts';
import { documentUpdate, withLiveValues, mergedForUpdate } from './document-update.ts';
import { toSend, type StoredKind } from '../domain/managed-fields.ts';
import { isSet } from './set-changes.ts';

const KINDS = ['monitor', 'dashboard'] as const;

const paths = (kind: StoredKind, live: JsonObject, desired: JsonObject) =>
  changesOf(kind, live, desired).map((c) => c.path);
const MONITOR: JsonObject = {
  type: 'query alert',
  query: 'avg(last_5m):avg:a{*} > 1',
  name: 'n',
  options: { thresholds: { critical: 1 } },
};

const scheduled = (recurrence: JsonObject): JsonObject => ({
  options: { scheduling_options: { custom_schedule: { recurrences: [recurrence] } } },
});

describe('no change is reported for', () => {
  const same: readonly [what: string, live: JsonObject, desired: JsonObject][] = [
    ['read-only fields', { id: 1, created: 'x', overall_state: 'OK', multi: true, creator: {} }, {}],
    ['metric alert and query alert', { type: 'metric alert' }, { type: 'query alert' }],
    [
      'the spelling of a number',
      { options: { thresholds: { critical: parseTrustedJson('1.0') } } },
      { options: { thresholds: { critical: 1 } } },
    ],
    ['a trailing newline', { message: 'a', query: 'q' }, { message: 'a\n', query: 'q\n' }],
    ['null, empty and no message, and no name', { message: '', name: 'made up' }, { message: null }],
    ['priority 0 and null, "5" and 5', { priority: 5 }, { priority: '5' }],
    [
      "Datadog's defaults",
      {
        tags: [],
        draft_status: 'published',
        options: {
          notify_audit: false,
          notify_no_data: false,
          include_tags: true,
          new_host_delay: 300,
          silenced: {},
        },
      },
      {},
    ],
    [
      'the default that a group delay replaces',
      { options: { new_group_delay: 60, notify_no_data: false } },
      { options: { new_group_delay: 60 } },
    ],
    [
      'the default that missing data replaces',
      { options: { on_missing_data: 'resolve' } },
      { options: { on_missing_data: 'resolve' } },
    ],
    ['empty thresholds and null ones', { options: {} }, { options: { thresholds: { warning: null } } }],
    ['the order of tags', { tags: ['a', 'b', 'a'] }, { tags: ['a', 'a', 'b'] }],
    ['mutes', { options: { silenced: { '*': null } } }, { options: { silenced: {} } }],
    [
      'options and fields that Birddog does not know and the document does not name',
      { options: { avalanche_window: 20 }, brand_new: 1 },
      {},
    ],
    ['a field that Datadog drops', {}, { classification: 'x' }],
    [
      'blank lines and blanks around texts',
      { name: 'n', message: 'm', query: 'q' },
      { name: ' n ', message: '\n\nm\n', query: ' q' },
    ],
    [
      'a tag that was written twice, before and after other tags',
      { tags: ['a', 'b'], restricted_roles: ['r'] },
      { tags: ['a', 'b', 'a'], restricted_roles: ['r', 'r'] },
    ],
    [
      'thresholds that Datadog adds',
      { options: { thresholds: { critical: 1, period: { value: 60 }, timeAggregator: 'avg' } } },
      { options: { thresholds: { critical: 1 } } },
    ],
    [
      'the start that Datadog adds to a recurrence',
      scheduled({ rrule: 'FREQ=DAILY', start: '2026-01-01T00:00:00' }),
      scheduled({ rrule: 'FREQ=DAILY' }),
    ],
    ['restricted roles that nobody wrote', { restricted_roles: ['r'] }, { restricted_roles: null }],
  ];
  for (const [what, live, desired] of same) {
    it(what, () => assert.deepEqual(changesOf('monitor', live, desired), []));
  }

  it('the empty members of a template variable that Datadog returns as null', () => {
    const written: JsonObject = {
      name: 'env',
      description: '',
      prefix: '',
      defaults: [],
      available_values: [],
    };
    const returned: JsonObject = { name: 'env', description: null, prefix: null, available_values: null };
    const [one, other] = [written, returned].map((variable) => ({ template_variables: [variable] }));
    assert.deepEqual(changesOf('dashboard', one ?? {}, other ?? {}), []);
    assert.deepEqual(changesOf('dashboard', other ?? {}, one ?? {}), []);
    assert.deepEqual(
      paths('dashboard', other ?? {}, { template_variables: [{ ...written, description: 'd' }] }),
      ['/template_variables/0/description'],
    );
  });

  it('what Datadog adds to a dashboard', () => {
    const desired: JsonObject = {
      title: 't',
      widgets: [{ definition: { type: 'group', widgets: [{ definition: { type: 'note' } }] } }],
      notify_list: ['b', 'a'],
      tabs: [{ widget_ids: ['@1'] }],
    };
    const live: JsonObject = {
      ...desired,
      id: 'abc-def-ghi',
      url: '/dashboard/x',
      description: null,
      template_variables: null,
      restricted_roles: [],
      is_read_only: false,
      notify_list: ['a', 'b'],
      widgets: [{ id: 7, definition: { type: 'group', widgets: [{ id: 8, definition: { type: 'note' } }] } }],
      tabs: [{ widget_ids: [7] }],
    };
    assert.deepEqual(changesOf('dashboard', live, desired), []);
  });
});

describe('a change is reported', () => {
  const other: readonly [what: string, live: JsonObject, desired: JsonObject, path: string][] = [
    [
      'by value',
      { options: { thresholds: { critical: 1 } } },
      { options: { thresholds: { critical: 2 } } },
      '/options/thresholds/critical',
    ],
    [
      'of a threshold that the document removes',
      { options: { thresholds: { critical: 2, warning: 1 } } },
      { options: { thresholds: { critical: 2 } } },
      '/options/thresholds/warning',
    ],
    [
      'of the start of a recurrence',
      scheduled({ rrule: 'FREQ=DAILY', start: '2026-01-01T00:00:00' }),
      scheduled({ rrule: 'FREQ=DAILY', start: '2026-01-02T00:00:00' }),
      '/options/scheduling_options/custom_schedule/recurrences/0/start',
    ],
    ['from a default', { options: { notify_no_data: true } }, {}, '/options/notify_no_data'],
    [
      'where an option is left out',
      { options: { renotify_interval: 10 } },
      { options: {} },
      '/options/renotify_interval',
    ],
    [
      'in an unknown option that is named',
      { options: { brand_new: 1 } },
      { options: { brand_new: 2 } },
      '/options/brand_new',
    ],
    ['in a tag that took the place of another', { tags: ['a', 'b'] }, { tags: ['c', 'a'] }, '/tags/0'],
    [
      'in roles that are written',
      { restricted_roles: null },
      { restricted_roles: ['r'] },
      '/restricted_roles',
    ],
  ];
  for (const [what, live, desired, path] of other) {
    it(what, () => assert.equal(paths('monitor', live, desired)[0], path));
  }

  it('for type and layout, which require a replacement', () => {
    assert.ok(needsReplace('monitor', { type: 'log alert' }, { type: 'query alert' }));
    assert.ok(!needsReplace('monitor', { type: 'metric alert' }, { type: 'query alert' }));
    const schedule = scheduled({ rrule: 'FREQ=DAILY' });
    assert.ok(needsReplace('monitor', schedule, { options: {} }));
    assert.ok(needsReplace('monitor', {}, schedule));
    assert.ok(!needsReplace('monitor', schedule, scheduled({ rrule: 'FREQ=WEEKLY' })));
    assert.ok(needsReplace('dashboard', { layout_type: 'free' }, { layout_type: 'ordered' }));
  });
});

describe('the sent object', () => {
  it('omits fields that Birddog never manages, with a warning at each pointer', () => {
    const { object, findings } = toSend('monitor', {
      id: 1,
      ...MONITOR,
      restricted_roles: null,
      options: { silenced: { '*': null }, x: 1 },
    });
    assert.deepEqual(object, { ...MONITOR, options: { x: 1 } });
    assert.deepEqual(
      findings.map((f) => [f.pointer, f.severity]),
      [
        ['/id', 'warning'],
        ['/options/silenced', 'warning'],
        ['/restricted_roles', 'warning'],
      ],
    );
  });

  it('in an update of a monitor keeps omitted fields, and replaces all options except unknown ones', () => {
    const live = {
      ...MONITOR,
      id: 9,
      tags: ['a'],
      priority: 2,
      options: { thresholds: { critical: 1 }, renotify_interval: 5, brand_new: 1, silenced: { '*': null } },
    };
    const merged = mergedForUpdate('monitor', live, {
      message: 'm',
      options: { thresholds: { critical: 1 } },
    });
    assert.deepEqual(merged, {
      ...MONITOR,
      tags: ['a'],
      priority: 2,
      message: 'm',
      options: { thresholds: { critical: 1 }, brand_new: 1 },
    });
    assert.deepEqual(mergedForUpdate('monitor', live, { message: 'm' })['options'], {
      thresholds: { critical: 1 },
      renotify_interval: 5,
      brand_new: 1,
    });
  });

  it('in an update of a dashboard keeps the ids of similar widgets, each once, also in groups', () => {
    const note = (content: string) => ({ definition: { type: 'note', content } });
    const group = (...widgets: Json[]) => ({ definition: { type: 'group', title: 'g', widgets } });
    const live = {
      title: 't',
      unknown_to_us: 1,
      author_name: 'x',
      widgets: [
        { id: 1, ...note('a') },
        { id: 2, ...note('b') },
        { id: 3, ...group({ id: 4, ...note('c') }) },
      ],
    };
    const desired = {
      title: 'u',
      widgets: [group(note('c'), note('new')), note('b'), note('changed'), note('third')],
    };
    const merged = mergedForUpdate('dashboard', live, desired);
    assert.equal(merged['unknown_to_us'], 1);
    assert.equal(merged['author_name'], undefined);
    assert.deepEqual(merged['widgets'], [
      { id: 3, ...group({ id: 4, ...note('c') }, note('new')) },
      { id: 2, ...note('b') },
      { id: 1, ...note('changed') },
      note('third'),
    ]);
  });
});

describe('every real definition', { skip: withoutCorpus }, () => {
  for (const kind of KINDS) {
    it(`of a ${kind} does not differ from itself`, () => {
      for (const { object } of realDefinitions(kind))
        assert.deepEqual(changesOf(kind, object, copyOf(object)), []);
    });

    it(`of a ${kind} reports exactly the changes of managed fields`, (t) => {
      const definitions = realDefinitions(kind).map(({ object }) => toSend(kind, object).object);
      let told = 0;
      fc.assert(
        fc.property(fc.nat(), fc.nat(), (which, leaf) => {
          const object = definitions[which % definitions.length] ?? {};
          const managed = leavesOf(object).filter((pointer) => !NO_FIELD.test(pointer));
          const pointer = managed[leaf % managed.length] ?? '';
          const seen = paths(kind, object, withAnotherAt(object, pointer));
          const [path = '-', ...more] = seen;
          const says = `${JSON.stringify(object['title'] ?? object['name'])} ${pointer}: ${seen.join(' ')}`;
          assert.deepEqual(more, [], says);
          assert.ok(path === pointer || isSet(pointer.replace(/\/\d+$/, '')), says);
          told += 1;
        }),
        { numRuns: 2000 },
      );
      t.diagnostic(`${told} changes of ${definitions.length} definitions`);
    });
  }

  it("in a recorded exchange does not differ from Datadog's response", () => {
    let compared = 0;
    for (const kind of KINDS) {
      for (const line of corpusLines(`exchanges/${kind}s.ndjson`)) {
        const { request, response } = line;
        if (
          !isObject(request) ||
          !isObject(response) ||
          response['status'] !== 200 ||
          request['method'] !== 'POST'
        )
          continue;
        if (request['path'] !== `/api/v1/${kind}`) continue;
        const [sent, live] = [request['body'], response['body']];
        if (!isObject(sent) || !isObject(live)) continue;
        assert.deepEqual(changesOf(kind, live, toSend(kind, sent).object), [], String(line['source']));
        compared += 1;
      }
    }
    assert.ok(compared > 0, `${compared} exchanges were compared`);
  });
});

describe('a field with the name of an inherited property', () => {
  it('is added, removed and compared like any other', () => {
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      for (const kind of KINDS) {
        const [bare, full] = [{ options: {} }, { options: {}, [name]: { a: 1 } }];
        const [other, wanted] = [{ options: {} }, { options: {}, zzz: { a: 1 } }];
        const as = (changes: unknown) => JSON.stringify(changes).replaceAll(name, 'zzz');
        assert.equal(as(changesOf(kind, bare, full)), as(changesOf(kind, other, wanted)), name);
        assert.equal(as(changesOf(kind, full, bare)), as(changesOf(kind, wanted, other)), name);
      }
      const update = documentUpdate('monitor', { [name]: 1 }, {}, [{ path: `/${name}`, from: 1 }]);
      assert.deepEqual(Object.entries(update), [[name, null]]);
      const left = withLiveValues({ options: {} }, { options: {} }, [`/options/${name}`, `/${name}`]);
      assert.deepEqual(left, { options: {} }, name);
    }
  });
});

const copyOf = (object: JsonObject): JsonObject => {
  const copy = parseTrustedJson(printJson(object));
  assert.ok(isObject(copy));
  return copy;
};

/** Fields that Datadog drops or sets, and type or layout, whose change is a replacement. */
const NO_FIELD =
  /^\/(?:classification|type|layout_type|options)$|^(?:\/widgets\/\d+(?:\/definition)?)+\/id$|^\/assets\/\d+\/monitor_id/;
