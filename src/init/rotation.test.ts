import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { certificatesIn } from '../runtime/certificate-files.ts';
import { type Certificates, mintCertificates } from './certificates.ts';
import type { Both } from './container-keys.ts';
import { newCertificates, type ContainerCertificates } from './certificate-sets.ts';
import { createRotation, type RotationOptions } from './rotation.ts';

const HOUR = 60 * 60 * 1000;
const START = Date.UTC(2026, 10, 24);
const STEP = 60_000;
const minted: Certificates[] = [];

function rotation(options: Partial<RotationOptions> = {}) {
  return createRotation({
    async mint(wanted) {
      const certificates = await mintCertificates(wanted);
      minted.push(certificates);
      return certificates;
    },
    renewMs: 16 * HOUR,
    stepMs: STEP,
    onDisk: undefined,
    writtenAt: 0,
    ...options,
  });
}

/** Takes the step that is due at `now` and records it as written. */
async function stepAt(running: ReturnType<typeof rotation>, now: number) {
  const step = await running.step(now);
  if (step) running.written(now);
  return step;
}

const mintedAt = async (now: number, days = 1) =>
  newCertificates(await mintCertificates({ now: new Date(now), days }));
const authorities = (upstream: Both<ContainerCertificates> | undefined) => [
  certificatesIn(upstream?.main.ca ?? '').length,
  certificatesIn(upstream?.sidecar.ca ?? '').length,
];
const last = () => minted.at(-1);

describe('a rotation', () => {
  it('starts with one-day certificates and replaces them in two steps at the configured age', async () => {
    const running = rotation();
    assert.equal(await stepAt(running, START), 'replaced');
    const first = running.wanted();
    assert.equal(new X509Certificate(first?.main.cert ?? '').validToDate.getTime(), START + 24 * HOUR);
    assert.equal(running.dueAt(), START + 16 * HOUR);
    assert.equal(await stepAt(running, running.dueAt() - 1), undefined);

    assert.equal(await stepAt(running, START + 16 * HOUR), 'announced');
    const announced = running.wanted();
    assert.deepEqual(authorities(announced), [2, 2]);
    assert.deepEqual(
      [announced?.main.cert, announced?.sidecar.key],
      [first?.main.cert, first?.sidecar.key],
      'nobody uses a certificate yet whose CA the other may not know',
    );
    assert.equal(running.dueAt(), START + 16 * HOUR + STEP);
    assert.equal(await stepAt(running, running.dueAt() - 1), undefined);

    assert.equal(await stepAt(running, running.dueAt()), 'published');
    const published = running.wanted();
    assert.deepEqual(
      [published?.main.cert, published?.sidecar.cert],
      [last()?.client.cert, last()?.server.cert],
    );
    assert.deepEqual(
      [published?.main.ca, published?.sidecar.ca],
      [announced?.main.ca, announced?.sidecar.ca],
    );

    assert.equal(await stepAt(running, running.dueAt()), 'announced');
    assert.deepEqual(authorities(running.wanted()), [2, 2], 'the CA that nobody needs any more is gone');
  });

  it('replaces one-year certificates in the same two steps at the start', async () => {
    const onDisk = await mintedAt(START, 365);
    const running = rotation({ onDisk, writtenAt: START });
    assert.equal(await stepAt(running, START + STEP - 1), undefined);
    assert.equal(await stepAt(running, START + STEP), 'announced');
    assert.equal(running.wanted()?.main.cert, onDisk.main.cert);
    assert.equal(await stepAt(running, START + 2 * STEP), 'published');
    assert.equal(running.dueAt(), START + STEP + 16 * HOUR);
  });
});

describe('a rotation after a restart', () => {
  it('keeps valid certificates', async () => {
    const onDisk = await mintedAt(START);
    const running = rotation({ onDisk, writtenAt: START });
    assert.equal(await stepAt(running, START + HOUR), undefined);
    assert.equal(running.wanted(), onDisk);
    assert.equal(running.dueAt(), START + 16 * HOUR);
  });

  it('waits for the interval after the previous step, which readers may not have noticed', async () => {
    const onDisk = await mintedAt(START);
    const running = rotation({ onDisk, writtenAt: START + HOUR, renewMs: 1000 });
    assert.equal(await stepAt(running, START + HOUR + STEP - 1), undefined);
    assert.equal(await stepAt(running, START + HOUR + STEP), 'announced');
  });

  it('announces a new pair if the announced one was lost, and drops the lost CA', async () => {
    const before = rotation();
    await stepAt(before, START);
    await stepAt(before, before.dueAt());
    const lost = last();
    const running = rotation({ onDisk: before.wanted(), writtenAt: START + 16 * HOUR });
    assert.equal(await stepAt(running, START + 16 * HOUR + STEP), 'announced');
    assert.deepEqual(authorities(running.wanted()), [2, 2]);
    assert.ok(!running.wanted()?.main.ca.includes(lost?.ca ?? ''));
    assert.ok(running.wanted()?.main.ca.includes(last()?.ca ?? ''));
  });

  it('keeps both CAs if only one side got its new certificate', async () => {
    const before = rotation();
    await stepAt(before, START);
    await stepAt(before, before.dueAt());
    const announced = before.wanted();
    await stepAt(before, before.dueAt());
    const published = before.wanted();
    assert.ok(announced && published);
    const onDisk = { main: published.main, sidecar: announced.sidecar };
    const running = rotation({ onDisk, writtenAt: START + 17 * HOUR, renewMs: 1000 });
    assert.equal(await stepAt(running, START + 18 * HOUR), 'announced');
    assert.deepEqual(authorities(running.wanted()), [3, 3]);
    assert.equal(await stepAt(running, running.dueAt()), 'published');
    assert.equal(await stepAt(running, running.dueAt()), 'announced');
    assert.deepEqual(authorities(running.wanted()), [2, 2]);
  });

  const broken: readonly [
    what: string,
    spoil: (
      good: Both<ContainerCertificates>,
      other: Both<ContainerCertificates>,
    ) => Both<ContainerCertificates>,
    at?: number,
  ][] = [
    ['sides of two pods', (good, other) => ({ ...good, main: other.main })],
    [
      'a key of another certificate',
      (good, other) => ({ ...good, main: { ...good.main, key: other.main.key } }),
    ],
    ['text that is no certificate', (good) => ({ ...good, sidecar: { ...good.sidecar, cert: 'x' } })],
    ['a CA that is missing', (good) => ({ ...good, sidecar: { ...good.sidecar, ca: '' } })],
    ['certificates that have ended', (good) => good, START + 24 * HOUR],
    ['certificates that begin later, the clock having been set back', (good) => good, START - 2 * HOUR],
  ];
  for (const [what, spoil, at = START + 1] of broken) {
    it(`replaces at once ${what}`, async () => {
      const onDisk = spoil(await mintedAt(START), await mintedAt(START));
      const running = rotation({ onDisk, writtenAt: START });
      assert.equal(await stepAt(running, at), 'replaced');
      assert.deepEqual(authorities(running.wanted()), [1, 1]);
      assert.equal(await stepAt(running, at + 1), undefined);
    });
  }
});
