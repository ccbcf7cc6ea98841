import { authorText, changeLines } from './print-change.ts';
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
  const by = visible(`by ${authorText(object.by, object.at)}`);
  const description =
    drift === 'deleted'
      ? `deleted ${by}: ${paint('lost', `the id ${visible(id)} is lost`)}`
      : `changed ${by}`;
  const heading =
    drift === 'deleted'
      ? paint('removed', `- ${kind} ${visible(key)}`)
      : paint('changed', `~ ${kind} ${visible(key)}`);
  const several = new Set(changes.map((change) => authorText(change.by, change.at))).size > 1;
  const lines = changes.flatMap((change) => {
    const [first = '', ...rest] = changeLines(change, paint, '      ');
    return several
      ? [`${first} ${paint('aside', visible(`(by ${authorText(change.by, change.at)})`))}`, ...rest]
      : [first, ...rest];
  });
  return [`  ${heading}  ${description}`, ...lines];
}

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
