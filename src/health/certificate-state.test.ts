import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { type Certificates, mintCertificates } from '../init/certificates.ts';
import { certificateState } from './certificate-state.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-03-01T00:00:00Z');

describe('the state of a certificate', () => {
  let minted: Certificates;
  let foreign: Certificates;
  before(async () => {
    minted = await mintCertificates({ now: new Date(NOW), days: 80 });
    foreign = await mintCertificates({ now: new Date(NOW), days: 80 });
  });
  const after = (days: number, ca = minted.ca) => certificateState(minted.client.cert, NOW + days * DAY, ca);

  it('is valid, with its remaining time', () =>
    assert.deepEqual(after(10), {
      fault: undefined,
      expiresAt: NOW + 80 * DAY,
      remainingMs: 70 * DAY,
      expiresSoon: false,
    }));

  it('expires soon in the last eighth of its lifetime', () =>
    assert.deepEqual([after(69).expiresSoon, after(71).expiresSoon], [false, true]));

  it('is invalid before and after its validity, and under a CA that did not sign it', () => {
    assert.match(after(-1).fault ?? '', /^It is valid only from/);
    assert.match(after(81).fault ?? '', /^It expired at 2026-05-20/);
    assert.match(after(1, foreign.ca).fault ?? '', /No CA in ca\.crt signed it/);
  });

  it('is valid with a bundle of the old and the new CA', () =>
    assert.equal(after(1, foreign.ca + minted.ca).fault, undefined));
});
