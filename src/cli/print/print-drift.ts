import { changeLines } from './print-change.ts';
import type { Authored, Drift, DriftedObject } from '../client/drift-answer.ts';
import type { Paint } from './report.ts';
import { visible, visibleJson } from './visible.ts';

/** What was changed in Datadog, for people: from what was applied to what is there now. */
export function printDrift(drifts: readonly Drift[], paint: Paint): string {
  return drifts
    .flatMap(({ name, document, objects }) => {
      if (!objects) return [];
      const head = paint('place', visible(`${name}: ${document.read.application}`));
      if (objects.length === 0) return [`${head}\n  Nothing was changed in Datadog.\n`];
      return [`${[head, ...objects.flatMap((object) => block(object, paint))].join('\n')}\n`];
    })
    .join('\n');
}

function block(object: DriftedObject, paint: Paint): string[] {
  const { kind, key, id, drift, changes } = object;
  const who = visible(`by ${author(object)}`);
  const what =
    drift === 'deleted'
      ? `deleted ${who}: ${paint('lost', `the id ${visible(id)} is lost`)}`
      : `changed ${who}`;
  const sign =
    drift === 'deleted'
      ? paint('removed', `- ${kind} ${visible(key)}`)
      : paint('changed', `~ ${kind} ${visible(key)}`);
  const several = new Set(changes.map(author)).size > 1;
  const lines = changes.flatMap((change) => {
    const [first = '', ...rest] = changeLines(change, paint, '      ');
    return several
      ? [`${first} ${paint('aside', visible(`(by ${author(change)})`))}`, ...rest]
      : [first, ...rest];
  });
  return [`  ${sign}  ${what}`, ...lines];
}

function author({ by = NOT_KNOWN, at }: Authored): string {
  const name = by === NOT_KNOWN ? 'somebody (who is not known)' : by;
  return at === undefined ? name : `${name} on ${at.slice(0, 16).replace('T', ' at ')} UTC`;
}

/** What Birddog says where the audit trail does not. */
const NOT_KNOWN = 'not known';

/** The same for machines. */
export function driftJson(drifts: readonly Drift[]): string {
  const documents = drifts.map(({ name, document, objects, failure }) => ({
    file: document?.file.name ?? name,
    ...(document?.number === undefined ? {} : { document: document.number }),
    ...(document ? { application: document.read.application } : {}),
    ...(objects ? { objects: objects.map((object) => ({ ...object })) } : { error: failure.told }),
  }));
  return `${visibleJson({ documents })}\n`;
}
