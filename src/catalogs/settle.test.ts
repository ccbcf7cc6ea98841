import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CATALOG_NAMES, type CatalogName } from '../domain/application.ts';
import type { CatalogAnswer } from './catalog.ts';
import { settle } from './settle.ts';

const found: CatalogAnswer = { answer: 'found', name: 'Checkout' };
const notFound: CatalogAnswer = { answer: 'not_found' };
const ambiguous: CatalogAnswer = { answer: 'ambiguous', matches: ['a', 'b'] };
const unknown: CatalogAnswer = { answer: 'unknown', reason: 'down', retryAfter: 7 };

const settled = (answers: Partial<Record<CatalogName, CatalogAnswer>>) =>
  settle(
    new Map(
      CATALOG_NAMES.flatMap((name) => {
        const answer = answers[name];
        return answer ? [[name, answer]] : [];
      }),
    ),
  );

describe('the decision from the answers of the catalogs', () => {
  it('is listed if all three have the application, with the name in lower case', () => {
    assert.deepEqual(settled({ datadog: found, leanix: found, servicenow: found }), {
      route: 'listed',
      service: 'checkout',
    });
  });

  it('is undefined while a missing answer could be "not found"', () => {
    assert.equal(settled({ datadog: found, leanix: found }), undefined);
    assert.equal(settled({ datadog: ambiguous, leanix: unknown }), undefined);
    assert.equal(settled({}), undefined);
  });

  it('is unlisted as soon as one catalog answers "not found"', () => {
    assert.deepEqual(settled({ leanix: notFound }), {
      route: 'unlisted',
      missingFrom: ['leanix'],
      notChecked: ['datadog', 'servicenow'],
    });
    assert.deepEqual(settled({ datadog: unknown, leanix: ambiguous, servicenow: notFound }), {
      route: 'unlisted',
      missingFrom: ['servicenow'],
      notChecked: ['datadog'],
    });
    assert.deepEqual(settled({ servicenow: notFound, datadog: notFound, leanix: found }), {
      route: 'unlisted',
      missingFrom: ['datadog', 'servicenow'],
    });
  });

  it('is ambiguous rather than unknown', () => {
    assert.deepEqual(settled({ datadog: unknown, leanix: ambiguous, servicenow: found }), {
      route: 'ambiguous',
      catalog: 'leanix',
      matches: ['a', 'b'],
    });
  });

  it('is unknown if a catalog failed, and names it', () => {
    assert.deepEqual(settled({ datadog: found, leanix: unknown, servicenow: unknown }), {
      route: 'unknown',
      unavailable: [
        { catalog: 'leanix', reason: 'down', retryAfter: 7 },
        { catalog: 'servicenow', reason: 'down', retryAfter: 7 },
      ],
    });
  });

  it('never treats a failed catalog as an answer', () => {
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
