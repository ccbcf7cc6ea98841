import { isObject } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';
import { defaultKey, isAboutOneObject } from '../body-kind.ts';
import type { ReadDocument } from '../document/read-document.ts';
import { readBody, type WrittenDocument } from '../document/review-plan.ts';
import { readPreviewEnvelope } from '../envelope.ts';
import { lintRequest } from '../lint.ts';
import { singleEntry } from '../read-object.ts';
import { refuseErrors } from '../refuse.ts';
import type { Scope } from '../step.ts';

/** Reads the body of a preview: a document, or one alert or monitor, which may be named by its key only. */
export async function readPreviewed(known: object, scope: Scope): Promise<WrittenDocument> {
  const { body } = scope.request;
  const value = body?.value;
  if (!body || !isObject(value) || !isAboutOneObject(value)) return readBody(known, scope);
  const linted = lintRequest({ ...scope.request, body });
  const { application = '', team, key, catalogs, kind, object, pointer } = readPreviewEnvelope(value);
  const document: ReadDocument = { application, team, aliases: catalogs, entries: [], findings: [] };
  const isInvalid = linted.some(({ severity }) => severity === 'error');
  const only = key ?? (isObject(object) ? defaultKey(kind, object) : undefined);
  if (isInvalid || only === undefined || application === '') {
    refuseErrors(linted, body);
    throw new ProblemError('internal', 'An invalid body passed the lint.');
  }
  const single = isObject(object)
    ? singleEntry(kind, object, { key: only, pointer, verb: 'apply' })
    : undefined;
  return {
    document: {
      ...document,
      entries: single ? [single.entry] : [],
      findings: single?.findings ?? [],
      only: { stored: 'monitor', key: only, id: undefined },
    },
    value,
    linted: () => linted,
  };
}
