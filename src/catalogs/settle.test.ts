import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CATALOG_NAMES, type CatalogName } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';
import { settle } from './settle.ts';

const found: CatalogAnswer = { answer: 'found', name: 'Checkout' };
const notFound: CatalogAnswer = { answer: 'not_found' };
const ambiguous: CatalogAnswer = { answer: 'ambiguous', matches: ['a', 'b'] };
const unknown: CatalogAnswer = { answer: 'unknown', why: 'down', retryAfter: 7 };

const settled = (answers: Partial<Record<CatalogName, CatalogAnswer>>) =>
  settle(
    new Map(
      CATALOG_NAMES.flatMap((name) => {
        const answer = answers[name];
        return answer ? [[name, answer]] : [];
      }),
    ),
  );

describe('what the catalogs settle', () => {
  it('is listed when all three know the application, under the name in lower case', () => {
    assert.deepEqual(settled({ datadog: found, leanix: found, servicenow: found }), {
      route: 'listed',
      service: 'checkout',
    });
  });

  it('is nothing while an answer is missing that could be "not found"', () => {
    assert.equal(settled({ datadog: found, leanix: found }), undefined);
    assert.equal(settled({ datadog: ambiguous, leanix: unknown }), undefined);
    assert.equal(settled({}), undefined);
  });

  it('is unlisted as soon as one catalog lacks it', () => {
    assert.deepEqual(settled({ leanix: notFound }), { route: 'unlisted', missingFrom: ['leanix'] });
    assert.deepEqual(settled({ datadog: unknown, leanix: ambiguous, servicenow: notFound }), {
      route: 'unlisted',
      missingFrom: ['servicenow'],
    });
    assert.deepEqual(settled({ servicenow: notFound, datadog: notFound, leanix: found }), {
      route: 'unlisted',
      missingFrom: ['datadog', 'servicenow'],
    });
  });

  it('is ambiguous before it is unknown', () => {
    assert.deepEqual(settled({ datadog: unknown, leanix: ambiguous, servicenow: found }), {
      route: 'ambiguous',
      catalog: 'leanix',
      matches: ['a', 'b'],
    });
  });

  it('is unknown when a catalog cannot tell, and says which', () => {
    assert.deepEqual(settled({ datadog: found, leanix: unknown, servicenow: unknown }), {
      route: 'unknown',
      unavailable: [
        { catalog: 'leanix', why: 'down', retryAfter: 7 },
        { catalog: 'servicenow', why: 'down', retryAfter: 7 },
      ],
    });
  });

  it('is never read from a catalog that could not tell', () => {
    const answer = fc.constantFrom(found, notFound, ambiguous, unknown);
    fc.assert(
      fc.property(fc.record({ datadog: answer, leanix: answer, servicenow: answer }), (answers) => {
        const all = Object.values(answers);
        const result = settled(answers);
        assert.equal(result?.route === 'unlisted', all.includes(notFound));
        assert.equal(
          result?.route === 'listed',
          all.every((a) => a === found),
        );
      }),
    );
  });
});
