import { check } from '../contract/check.ts';
import { applicationSchema, catalogsIn } from '../contract/schemas.ts';
import type { CatalogAliases } from '../domain/application.ts';
import { ProblemError } from '../domain/problem.ts';
import { readEnvelope } from './envelope.ts';
import { documentIn } from './document/read-document.ts';
import { lintRequest } from './lint.ts';
import { refuseErrors } from './refuse.ts';
import type { PipelineRequest } from './request.ts';

/** The application of a request, and its names in the catalogs. */
export interface Subject {
  readonly application: string;
  readonly aliases: CatalogAliases;
}

/** Returns the application that a body or query names. Throws `invalid` with all findings if a body names none, `bad_request` if a query names none. */
export function subjectOf({
  operation,
  query,
  body,
}: Pick<PipelineRequest, 'operation' | 'query' | 'body'>): Subject {
  const { verb, kind } = operation;
  if (kind !== undefined && body !== undefined && (verb === 'create' || verb === 'update')) {
    const envelope = readEnvelope(verb, kind, body.value, query);
    const { application = '', catalogs } = envelope;
    if (check(applicationSchema, application, '').length > 0)
      refuseErrors(lintRequest({ operation, query, body }), body);
    return { application, aliases: catalogs };
  }
  if (body !== undefined) {
    const { application, aliases } = documentIn(body.value);
    if (application === '') refuseErrors(lintRequest({ operation, query, body }), body);
    return { application, aliases };
  }
  const [mistake] = check(applicationSchema, query.application ?? null, '');
  if (query.application === undefined || mistake) {
    throw new ProblemError(
      'bad_request',
      mistake && query.application ? mistake.message : 'The query names no application.',
      {
        hint: 'Add ?application= with the name the application has in its document.',
      },
    );
  }
  const catalogs = query.catalogs === undefined ? undefined : catalogsIn(query.catalogs);
  return documentIn({ application: query.application, ...(catalogs === undefined ? {} : { catalogs }) });
}
