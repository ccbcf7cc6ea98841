import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import {
  compositeEntry,
  documentOf,
  monitorEntry,
  startInProcess,
  type Text,
} from '../../../test/documents-in-process.ts';
import { findingSchema } from '../../contract/answer-parts.ts';
import type { Finding } from '../../domain/finding.ts';
import { lintText } from '../../cli/documents/lint-text.ts';
import { formatOfFile } from '../../cli/documents/text-files.ts';
import { type JsonObject, printJson } from '../../domain/json.ts';
import { offlineFindings } from './offline-findings.ts';
import { ProblemError } from '../../domain/problem.ts';

type Found = Pick<Finding, 'code' | 'severity' | 'message' | 'pointer'> & {
  readonly line?: number;
  readonly column?: number;
};

/** Returns whether a finding depends on what Datadog has, which is nothing here. */
function asksDatadog({ code, message }: Found): boolean {
  const isOfAnother = code === 'dangling_reference' && message.includes(':other/');
  return isOfAnother || code === 'rename_missing' || code === 'adopt_missing';
}

/** Returns findings with their places. A plan knows whether a reference dangles, so that it is an error there. */
const placesOf = (findings: readonly Found[]) =>
  findings
    .filter((finding) => !asksDatadog(finding))
    .map(({ code, severity, pointer, line, column }) => {
      const known = code === 'dangling_reference' ? 'warning' : severity;
      return `${line}:${column} ${known} ${code} ${pointer}`;
    })
    .toSorted();

/** Returns the places of the findings of the command, of `/lint` and of `/plan`. */
async function findingsOf(sent: Text) {
  const { send } = startInProcess();
  const found = async (path: string): Promise<readonly Found[]> =>
    send(path, sent).then(
      ({ body }) => findingsIn.parse(body['findings']),
      (error: unknown) => {
        assert.ok(error instanceof ProblemError, String(error));
        assert.equal(error.code, 'invalid');
        return error.extras.findings ?? [];
      },
    );
  const command = placesOf(await lintText(sent.text, sent.format));
  return { command, lint: placesOf(await found('/lint')), plan: placesOf(await found('/plan')) };
}

const findingsIn = z.array(findingSchema);

async function assertSame(sent: Text): Promise<readonly string[]> {
  const { command, lint, plan } = await findingsOf(sent);
  assert.deepEqual(command, plan);
  assert.deepEqual(lint, plan);
  return plan;
}

const json = (parts: JsonObject): Text => ({ text: printJson(documentOf(parts)), format: 'json' });
const alert = (more: JsonObject): JsonObject => ({
  title: 'Load',
  signal: { metric: 'system.load.1' },
  condition: { over: '5m', above: 2 },
  notify: ['@slack-a'],
  ...more,
});
const unnamed = (more: JsonObject): JsonObject => {
  const { key: _, ...monitor } = monitorEntry('x');
  return { ...monitor, ...more };
};
const both = (a: JsonObject, b: JsonObject): JsonObject => ({
  monitors: [monitorEntry('a', a), monitorEntry('b', b)],
});

/** Documents with a mistake that concerns several entries, or their document, and the finding. */
const MISTAKES: readonly (readonly [title: string, parts: JsonObject, ...findings: string[]])[] = [
  ['the same key twice', { monitors: [monitorEntry('a'), monitorEntry('a')] }, 'duplicate_key /monitors/1'],
  [
    'a default key that another entry has',
    { monitors: [monitorEntry('load'), unnamed({ name: 'Load' })] },
    'duplicate_key /monitors/1',
    'key_from_name /monitors/1',
  ],
  [
    'equal titles of alerts without keys',
    { alerts: [alert({}), alert({})] },
    'duplicate_key /alerts/1',
    'key_from_name /alerts/0',
    'key_from_name /alerts/1',
  ],
  [
    'a monitor and an alert with one key',
    { monitors: [monitorEntry('load')], alerts: [alert({ key: 'load' })] },
    'duplicate_key /alerts/0',
  ],
  [
    'a reference to no entry',
    { monitors: [monitorEntry('a'), compositeEntry('both', 'a', 'zz')] },
    'dangling_reference /monitors/1/query',
  ],
  [
    'a malformed reference',
    { monitors: [monitorEntry('a', { message: '@slack-a ${monitor:A}' })] },
    'bad_reference /monitors/0/message',
  ],
  [
    'a reference to another application',
    { monitors: [monitorEntry('a', { message: '@slack-a ${monitor:other/a}' })] },
  ],
  [
    'a cycle of references',
    both({ message: '@slack-a ${monitor:b}' }, { message: '@slack-a ${monitor:a}' }),
    'reference_cycle /monitors/0/message',
    'reference_cycle /monitors/1/message',
  ],
  [
    'a composite of a composite',
    {
      monitors: [
        monitorEntry('a'),
        monitorEntry('b'),
        compositeEntry('c', 'a', 'b'),
        compositeEntry('d', 'a', 'c'),
      ],
    },
    'nested_composite /monitors/3/query',
  ],
  [
    'one former key twice',
    both({ renamed_from: 'old' }, { renamed_from: ['new', 'old'] }),
    'rename_conflict /monitors/1/renamed_from',
  ],
  [
    'a former key that another entry has',
    both({ renamed_from: 'b' }, {}),
    'rename_conflict /monitors/0/renamed_from',
  ],
  [
    'an exchange of keys',
    both({ renamed_from: 'b' }, { renamed_from: 'a' }),
    'rename_cycle /monitors/0/renamed_from',
    'rename_cycle /monitors/1/renamed_from',
  ],
  ['one object adopted twice', both({ adopt: 5 }, { adopt: '5' }), 'adopt_conflict /monitors/1/adopt'],
  [
    'fields that Birddog does not send',
    { monitors: [monitorEntry('a', { id: 5, options: { thresholds: { critical: 2 }, silenced: {} } })] },
    'never_managed /monitors/0/id',
    'never_managed /monitors/0/options/silenced',
  ],
  [
    'an invalid alert to which another entry refers',
    {
      alerts: [alert({ key: 'load', condition: {} })],
      monitors: [monitorEntry('a', { message: '@slack-a ${alert:load}' })],
    },
    'missing_member /alerts/0/condition',
  ],
];

describe('lint of a document', () => {
  for (const [title, parts, ...findings] of MISTAKES) {
    it(`has the findings of its plan: ${title}`, async () => {
      const found = await assertSame(json(parts));
      const noted = found
        .map((line) => line.replace(/^\S+ \S+ /, ''))
        .filter((line) => !line.startsWith('no_'));
      assert.deepEqual(noted.toSorted(), findings.toSorted());
    });
  }

  it('names the new key of a reference by a former one', () => {
    const monitors = [
      monitorEntry('a', { renamed_from: 'old' }),
      monitorEntry('b'),
      compositeEntry('c', 'old', 'b'),
    ];
    const [finding] = [...offlineFindings(documentOf({ monitors }))];
    assert.equal(finding?.hint, 'Its object is renamed: write ${monitor:a}.');
  });

  it('has the findings of its plan, for each document with one mistake', async () => {
    const folder = new URL('../../../test/wrong-documents/', import.meta.url);
    for (const name of await readdir(folder)) {
      if (name.endsWith('.txt')) continue;
      const text = await readFile(new URL(name, folder), 'utf8');
      await assertSame({ text, format: formatOfFile(name, undefined) });
    }
  });

  it('rejects nothing that its plan accepts, and finds what it rejects, for any keys and references', async () => {
    const key = fc.constantFrom('a', 'b', 'c', 'app/a', 'other/a', 'A');
    const entry = fc.record(
      {
        key: fc.constantFrom('a', 'b', 'c'),
        name: fc.constantFrom('a', 'B', '!'),
        message: fc
          .array(key, { maxLength: 2 })
          .map((keys) => keys.map((to) => `\${monitor:${to}}`).join(' ')),
        renamed_from: fc.oneof(key, fc.array(key, { maxLength: 2 })),
        adopt: fc.constantFrom(5, '5', 6),
      },
      { requiredKeys: ['name', 'message'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 4 }), async (entries) => {
        await assertSame(json({ monitors: entries.map(unnamed) }));
      }),
      { numRuns: 60 },
    );
  });
});
