import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  changed,
  items,
  monitorEntry,
  problemOf,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import { compileAlert } from '../../alerts/compile.ts';
import type { Route } from '../../domain/application.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { PipelineRequest } from '../request.ts';

/** Creates monitors and dashboards in Datadog, and returns the function that imports them all. */
function withObjects(objects: readonly JsonObject[], options: { readonly route?: Route } = {}) {
  const { person, send, ...rest } = startInProcess(options);
  const ids = objects.map((object) => {
    const stored = object['widgets'] === undefined ? 'monitor' : 'dashboard';
    const { id, errors } = person('POST', `/api/v1/${stored}`, object);
    assert.ok(id, JSON.stringify(errors));
    return String(id);
  });
  const answerTo = (query: PipelineRequest['query']) =>
    send('/import', undefined, { application: 'app', id: ids.join(','), ...query });
  const imported = async (query: PipelineRequest['query'] = { team: 'payments' }) => {
    const { document } = (await answerTo(query)).body;
    assert.ok(isObject(document));
    return document;
  };
  return { ids, answerTo, imported, person, send, ...rest };
}

const queue = (name: string, more: JsonObject = {}): JsonObject => ({
  ...compileAlert({
    title: name,
    signal: { metric: `queue.${name.toLowerCase().replace(/\W/g, '')}` },
    condition: { over: '5m', above: 10 },
    notify: [{ to: ['@slack-a'] }],
  }),
  ...more,
});
const LINK = { name: 'r', url: 'https://r.example.com', category: 'runbook' };
const tagged = (...tags: string[]) => ({ tags });
/** A monitor that is imported as one, because an alert has no links. */
const composed = (name: string, more: JsonObject = {}): JsonObject => {
  const { key: _, ...monitor } = monitorEntry(name, { assets: [LINK], ...more });
  return monitor;
};

const keysIn = (document: JsonObject, list: string) => items(document[list]).map(({ key }) => key);

describe('an imported document', () => {
  it('has alerts where monitors read back, and common tags, recipients and the team only once', async () => {
    const { imported, plan } = withObjects([
      queue('Depth', tagged('env:prod', 'team:payments', 'a')),
      queue('Age', tagged('a', 'team:payments', 'env:prod')),
      composed('load', tagged('own:tag', 'env:prod', 'a', 'team:payments')),
    ]);
    const document = await imported({});
    assert.deepEqual(
      [document['team'], document['tags'], document['notify']],
      ['payments', ['env:prod', 'a'], ['@slack-a']],
    );
    const [depth] = items(document['alerts']);
    assert.deepEqual(
      { ...depth, adopt: 0 },
      {
        key: 'depth',
        adopt: 0,
        title: 'Depth',
        signal: { metric: 'queue.depth' },
        condition: { over: '5m', above: 10 },
      },
    );
    assert.deepEqual(keysIn(document, 'alerts'), ['depth', 'age']);
    assert.deepEqual(
      items(document['monitors']).map(({ tags }) => tags),
      [['own:tag']],
    );
    const added = items((await plan(document))['objects']).flatMap(({ changes }) => items(changes));
    assert.deepEqual(
      added.filter(({ to }) => !String(to).startsWith('birddog_')),
      [],
    );
  });

  it('keeps the own tags of an alert, and a second team', async () => {
    for (const more of [
      tagged('own:tag'),
      tagged('team:other'),
      tagged('team:payments', 'team:other'),
      tagged('service:x'),
    ]) {
      const { imported } = withObjects([queue('Depth', more), queue('Age')]);
      const document = await imported();
      assert.deepEqual([keysIn(document, 'alerts'), keysIn(document, 'monitors')], [['depth', 'age'], []]);
      assert.deepEqual(items(document['alerts'])[0]?.['tags'], more.tags);
    }
  });

  it('keeps a monitor whose runbook links an alert would lose', async () => {
    const assets = [{ category: 'runbook', name: 'How', url: 'https://wiki.example.com/how' }];
    const document = await withObjects([queue('Depth', { assets }), queue('Age')]).imported();
    assert.deepEqual([keysIn(document, 'alerts'), keysIn(document, 'monitors')], [['age'], ['depth']]);
  });

  it('omits the service tag that Birddog adds to a listed application', async () => {
    const listed = { route: { route: 'listed', service: 'shop' } } as const;
    const { imported, plan } = withObjects([queue('Depth', tagged('service:shop'))], listed);
    const document = await imported();
    assert.deepEqual([keysIn(document, 'alerts'), document['tags']], [['depth'], undefined]);
    assert.deepEqual(changed(await plan(document)).length, 3);
  });

  it('keeps the recipients of each alert if they differ, or are notified of other transitions', async () => {
    const others = compileAlert({
      title: 'Age',
      signal: { metric: 'queue.age' },
      condition: { over: '5m', above: 10 },
      notify: [{ to: ['@slack-a'], when: 'alert' }],
    });
    const none = { ...others, message: '', name: 'None' };
    for (const other of [others, none]) {
      const document = await withObjects([queue('Depth'), other]).imported();
      assert.equal(document['notify'], undefined);
      assert.equal(items(document['alerts']).length, 2);
    }
  });

  it('omits the ids of widgets, unless tabs refer to them', async () => {
    const note = { definition: { type: 'note', content: 'One' } };
    const group = { definition: { type: 'group', layout_type: 'ordered', title: 'G', widgets: [note] } };
    const board = { title: 'Board', layout_type: 'ordered', widgets: [group] };
    const { imported, ids, person, plan } = withObjects([board]);
    const document = await imported();
    assert.deepEqual(items(document['dashboards'])[0]?.['widgets'], [group]);
    assert.deepEqual(changed(await plan(document)), ['/description', '/tags']);
    const raw = await imported({ team: 'payments', raw: 'true' });
    const [widget] = items(items(raw['dashboards'])[0]?.['widgets']);
    assert.ok(widget?.['id'] !== undefined);
    const tabs = [{ id: 'one', name: 'One', widget_ids: [widget['id']] }];
    person('PUT', `/api/v1/dashboard/${ids[0]}`, { ...board, widgets: [widget], tabs });
    const [tabbed] = items((await imported())['dashboards']);
    assert.equal(items(tabbed?.['widgets'])[0]?.['id'], widget['id']);
  });

  it('differs from the objects in nothing but markers and the team, for any monitors', async () => {
    const monitor = fc.record({
      read: fc.boolean(),
      when: fc.constantFrom<'alert' | ('alert' | 'warning')[] | undefined>(undefined, 'alert', [
        'alert',
        'warning',
      ]),
      to: fc.constantFrom('@slack-a', '@slack-b'),
      warn: fc.constantFrom(undefined, 5),
      tags: fc.subarray(['env:prod', 'a', '', 'team:payments', 'team:other', 'service:x', 'service:shop'], {
        maxLength: 1,
      }),
      message: fc.constantFrom('', 'Look', '@slack-c'),
    });
    const route = fc.constantFrom<Route>(
      { route: 'listed', service: 'shop' },
      { route: 'unlisted', missingFrom: ['datadog'] },
    );
    let alerts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(monitor, { minLength: 1, maxLength: 5 }), route, async (some, served) => {
        const objects = some.map(({ read, when, to, warn, tags, message }, at) => {
          const compiled = compileAlert({
            title: `Queue ${at}`,
            signal: { metric: `queue.${at}` },
            condition: { over: '5m', above: 10, ...(warn === undefined ? {} : { warn }) },
            message,
            notify: [{ to: [to], ...(when === undefined ? {} : { when }) }],
          });
          return {
            ...compiled,
            tags,
            ...(read ? {} : { assets: [LINK] }),
          };
        });
        const { imported, plan, apply } = withObjects(objects, { route: served });
        const document = await imported();
        alerts += items(document['alerts']).length;
        const planned = await plan(document);
        const more = items(planned['objects']).flatMap(({ changes }) => items(changes));
        assert.deepEqual(
          more.filter(({ to }) => !/^(birddog_|team:payments$|service:shop$)/.test(String(to))),
          [],
          JSON.stringify(document),
        );
        await apply(document);
        assert.deepEqual(changed(await plan(document)), []);
        const again = await imported();
        assert.deepEqual(changed(await plan(again)), []);
      }),
      { numRuns: 25, seed: 18 },
    );
    assert.ok(alerts > 9, String(alerts));
  });
});

describe('the key of an imported object', () => {
  const NAMES: readonly [name: string, key: string][] = [
    ['[app] High latency', 'high-latency'],
    ['app - App: Latency on {{host.name}}', 'latency-on'],
    ['App', 'app'],
    ['Latency 12345678 of 0a1b2c3d4e', 'latency-of'],
    ['Latency of 123e4567-e89b-12d3-a456-426614174000', 'latency-of'],
    ['Latency - p99', 'latency-p99'],
    ['12345678', 'query-alert'],
    ['遅延', 'query-alert'],
    ['apple latency', 'apple-latency'],
  ];
  for (const [name, key] of NAMES)
    it(`is ${key} for "${name}"`, async () => {
      const document = await withObjects([composed('load', { name })]).imported();
      assert.deepEqual(keysIn(document, 'monitors'), [key]);
    });

  it('is unique, and the same in each import', async () => {
    const objects = ['[app] Load', 'app: Load', 'Load {{host.name}}'].map((name, at) =>
      composed(`load${at}`, { name }),
    );
    const { imported, ids, apply } = withObjects(objects);
    assert.deepEqual(keysIn(await imported(), 'monitors'), ['load', 'load-2', 'load-3']);
    assert.deepEqual(
      keysIn(await imported({ team: 'payments', id: ids.toReversed().join(',') }), 'monitors'),
      ['load', 'load-2', 'load-3'],
    );
    await apply(await imported());
    assert.deepEqual(keysIn(await imported(), 'monitors'), ['load', 'load-2', 'load-3']);
  });

  it('is never that of another object of the application, which the import does not include', async () => {
    const { imported, apply, person, plan } = withObjects([composed('first', { name: 'Load' })]);
    await apply(await imported());
    const { id } = person('POST', '/api/v1/monitor', composed('second', { name: '[app] Load' }));
    const document = await imported({ team: 'payments', id: String(id) });
    assert.deepEqual(keysIn(document, 'monitors'), ['load-2']);
    const [, other] = items((await plan(document))['objects']);
    assert.equal(other?.['action'], 'extra');
  });
});

describe('the team of an import', () => {
  const problem = async (objects: readonly JsonObject[]) => {
    const { code, status, message, extras } = await problemOf(withObjects(objects).answerTo({}));
    assert.match(String(extras.hint), /--team/);
    return { code, status, message, matches: extras.members?.['matches'] };
  };

  it('is ambiguous if the objects name several, and the problem names them', async () => {
    assert.deepEqual(
      await problem([
        composed('a', tagged('team:shop')),
        composed('b', tagged('team:shop')),
        composed('c', tagged('team:payments')),
      ]),
      {
        code: 'ambiguous_team',
        status: 409,
        message:
          'The team is not clear from the tags of the objects: shop (2 of 3 objects), payments (1 of 3 objects).',
        matches: ['shop', 'payments'],
      },
    );
  });

  it('is ambiguous if only some monitors name it', async () => {
    const { code, matches } = await problem([composed('a', tagged('team:shop')), composed('b')]);
    assert.deepEqual([code, matches], ['ambiguous_team', ['shop']]);
  });

  it('is that of the monitors if dashboards have none, and the given one in any case', async () => {
    const board = { title: 'B', layout_type: 'ordered', widgets: [] };
    const { imported } = withObjects([composed('a', tagged('team:shop')), board]);
    const teams: Json[] = [];
    for (const query of [{}, { team: 'other' }]) teams.push((await imported(query))['team'] ?? null);
    assert.deepEqual(teams, ['shop', 'other']);
  });

  it('names at most ten candidates', async () => {
    const many = Array.from({ length: 13 }, (_, at) => composed(`m${at}`, tagged(`team:t${at}`)));
    const { message } = await problem(many);
    assert.match(message, /t9 \(1 of 13 objects\) and 3 more\.$/);
  });
});
