import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isObject, type JsonObject } from '../domain/json.ts';
import { type Expansion, expandDocument, type ExpandOptions } from './expand.ts';
import type { Pack } from './packs.ts';

function expand(written: JsonObject, options?: ExpandOptions): Expansion {
  const expansion = expandDocument(written, options);
  assert.ok(expansion);
  return expansion;
}
const entriesOf = ({ document: expanded }: Expansion, list = 'alerts'): JsonObject[] => {
  const entries = expanded[list];
  return Array.isArray(entries) ? entries.filter(isObject) : [];
};
const keysOf = (expansion: Expansion, list?: string) => entriesOf(expansion, list).map(({ key }) => key);
const codesOf = ({ findings }: Expansion) =>
  findings.map(({ code, severity, pointer }) => `${severity} ${code} ${pointer}`);

const PACK: Pack = {
  name: 'rabbitmq',
  version: 1,
  summary: 'Queues',
  parameters: new Map([
    ['queue', { type: 'string', description: 'The queue.' }],
    ['depth', { type: 'number', description: 'The depth.', default: 100 }],
    ['over', { type: 'duration', description: 'The window.', default: '5m' }],
  ]),
  lists: new Map([
    [
      'alerts',
      [
        { key: 'backlog', title: '${queue} is deep', condition: { over: '${over}', above: '${depth}' } },
        { key: 'consumers', title: 'No consumers of ${queue}' },
        { key: 'both', title: 'Both of ${queue}', signal: { all_of: ['backlog', 'consumers'] } },
      ],
    ],
    ['dashboards', [{ key: 'board', title: '${queue}', widgets: ['${monitor:backlog}'] }]],
  ]),
};
const packs = {
  versionsOf: (name: string) => (name === 'rabbitmq' ? [PACK] : []),
  names: () => ['rabbitmq'],
};
const using = (use: JsonObject, more: JsonObject = {}): JsonObject => ({
  application: 'shop',
  team: 'shop',
  use: [{ pack: 'rabbitmq', version: 1, ...use }],
  ...more,
});

describe('packs', () => {
  it('add their entries with keys that begin with the name of the pack', () => {
    const expansion = expand(
      using(
        {
          with: { queue: '${q}', depth: '${depth}' },
          without: ['consumers'],
          change: { backlog: { severity: '${severity}', condition: { over: null } } },
        },
        {
          parameters: { q: 'orders', depth: 7, severity: 'low' },
          variants: { prod: { suffix: '' }, dev: { depth: 9 } },
        },
      ),
      { packs },
    );
    assert.deepEqual(codesOf(expansion), []);
    assert.deepEqual(entriesOf(expansion).slice(0, 4), [
      { key: 'rabbitmq-backlog', title: 'orders is deep', condition: { above: 7 }, severity: 'low' },
      {
        key: 'rabbitmq-both',
        title: 'Both of orders',
        signal: { all_of: ['rabbitmq-backlog', 'consumers'] },
      },
      { key: 'rabbitmq-backlog-dev', title: 'orders is deep', condition: { above: 9 }, severity: 'low' },
      {
        key: 'rabbitmq-both-dev',
        title: 'Both of orders',
        signal: { all_of: ['rabbitmq-backlog-dev', 'consumers'] },
      },
    ]);
    assert.deepEqual(entriesOf(expansion, 'dashboards')[1]?.['widgets'], ['${monitor:rabbitmq-backlog-dev}']);
    const { origins } = expansion;
    assert.equal(origins.of('/alerts/0/condition/above').pointer, '/use/0/with/depth');
    assert.equal(origins.of('/alerts/0/severity').pointer, '/use/0/change/backlog/severity');
    assert.deepEqual(origins.of('/alerts/3/signal'), { pointer: '/use/0', variant: 'dev' });
  });

  it('are used once per value of each', () => {
    const expansion = expand(using({ each: { q: ['a', 'b'] }, with: { queue: '${q}' }, without: ['both'] }), {
      packs,
    });
    assert.deepEqual(keysOf(expansion), [
      'rabbitmq-backlog-a',
      'rabbitmq-consumers-a',
      'rabbitmq-backlog-b',
      'rabbitmq-consumers-b',
    ]);
    assert.deepEqual(
      entriesOf(expansion, 'dashboards').map(({ widgets }) => widgets),
      [['${monitor:rabbitmq-backlog-a}'], ['${monitor:rabbitmq-backlog-b}']],
    );
  });

  const faults: readonly (readonly [JsonObject, string])[] = [
    [{ pack: 'rabitmq' }, 'error unknown_pack /use/0/pack'],
    [{ version: 2, with: { queue: 'a' } }, 'error unknown_pack_version /use/0/version'],
    [{}, 'error missing_parameter /use/0'],
    [{ with: { queue: 'a', dept: 1 } }, 'error unknown_parameter /use/0/with/dept'],
    [{ with: { queue: 1 } }, 'error parameter_type /use/0/with/queue'],
    [{ with: { queue: 'a', over: '5 minutes' } }, 'error parameter_type /use/0/with/over'],
    [{ with: { queue: 'a' }, without: ['backlogs'] }, 'error unknown_pack_key /use/0/without/0'],
    [{ with: { queue: 'a' }, change: { backlogs: {} } }, 'error unknown_pack_key /use/0/change/backlogs'],
  ];
  for (const [use, expected] of faults)
    it(`report ${expected}`, () => {
      assert.deepEqual(codesOf(expand(using(use), { packs })), [expected]);
    });

  it('report a newer version with what it changes', () => {
    const [first, ...others] = PACK.lists.get('alerts') ?? [];
    const newer: Pack = {
      ...PACK,
      version: 2,
      lists: new Map([['alerts', [{ ...first, title: 'x' }, ...others.slice(1), { key: 'added' }]]]),
    };
    const { findings } = expand(using({ with: { queue: 'a' } }), {
      packs: { ...packs, versionsOf: () => [PACK, newer] },
    });
    assert.deepEqual(
      findings.map(({ code, message }) => `${code}: ${message}`),
      [
        'pack_update: The pack "rabbitmq" has a newer version, 2. It adds added; removes consumers, board; changes backlog.',
      ],
    );
  });
});
