import { changeLines } from './print-change.ts';
import type { DriftedObject } from '../../contract/answers.ts';
import type { Drift } from '../documents/find-drift.ts';
import type { Paint } from './report.ts';
import { visible, visibleJson } from './visible.ts';

/** Formats drift for people: from the applied value to the current value in Datadog. */
export function printDrift(drifts: readonly Drift[], paint: Paint): string {
  return drifts
    .flatMap(({ name, document, objects }) => {
      if (!objects) return [];
      const head = paint('place', visible(`${name}: ${document.read.application}`));
      if (objects.length === 0) return [`${head}\n  No drift: nothing was changed in Datadog.\n`];
      return [`${[head, ...objects.flatMap((object) => objectLines(object, paint))].join('\n')}\n`];
    })
    .join('\n');
}

function objectLines(object: DriftedObject, paint: Paint): string[] {
  const { kind, key, id, drift, changes } = object;
  const by = visible(`by ${author(object)}`);
  const description =
    drift === 'deleted'
      ? `deleted ${by}: ${paint('lost', `the id ${visible(id)} is lost`)}`
      : `changed ${by}`;
  const heading =
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
  return [`  ${heading}  ${description}`, ...lines];
}

function author({ by, at }: Pick<DriftedObject, 'by' | 'at'>): string {
  const name = by === NOT_KNOWN ? 'an unknown person' : by;
  return at === undefined ? name : `${name} on ${at.slice(0, 16).replace('T', ' at ')} UTC`;
}

/** Birddog's value of `by` if the audit trail does not name anyone. */
const NOT_KNOWN = 'not known';

/** Formats drift as JSON. */
export function driftJson(drifts: readonly Drift[]): string {
  const documents = drifts.map(({ name, document, objects, failure }) => ({
    file: document?.file.name ?? name,
    ...(document?.number === undefined ? {} : { document: document.number }),
    ...(document ? { application: document.read.application } : {}),
    ...(objects ? { objects: objects.map(({ since: _, ...object }) => object) } : { error: failure.json }),
  }));
  return `${visibleJson({ documents })}\n`;
}
