import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { textReply } from '../runtime/reply.ts';
import { startServer } from '../runtime/server.ts';
import { type Certificates, mintCertificates } from '../init/certificates.ts';
import { OutboundError } from '../runtime/outbound.ts';
import type { SidecarCertificate } from '../runtime/certificate-files.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { createSidecarConnection } from './sidecar-connection.ts';

const mint = () => mintCertificates({ now: new Date(), days: 1 });

/** A certificate in use, and another on disk that is taken when somebody looks. */
function followed(inUse: Certificates, onDisk: Certificates) {
  const side = ({ ca, client }: Certificates) => ({ ca, ...client, endsAt: 0, caEndsAt: 0 });
  const listeners: ((value: SidecarCertificate) => void)[] = [];
  let current = side(inUse);
  let looks = 0;
  const certificate: WatchedFolder<SidecarCertificate> = {
    part: '',
    current: () => current,
    poll() {
      looks += 1;
      if (current.ca === onDisk.ca) return false;
      current = side(onDisk);
      for (const listener of listeners) listener(current);
      return true;
    },
    onChange: (listener) => void listeners.push(listener),
    refused: () => undefined,
    writtenAt: () => 0,
  };
  return { certificate, looks: () => looks };
}

async function sidecarWith({ ca, server }: Certificates) {
  const app = () => textReply(200, 'text/plain', 'let in');
  const mutualTls = { ca, ...server, clientUri: 'urn:birddog:main' };
  return startServer({ host: '127.0.0.1', port: 0, app, mutualTls });
}

const ask = (url: string) =>
  ({ method: 'GET', url: new URL(url), deadline: deadlineAfter(10_000, systemClock) }) as const;

describe('the connection to the sidecar', () => {
  it('reads the certificate again when the connection fails, and retries with a new one', async () => {
    const [old, other] = [await mint(), await mint()];
    const sidecar = await sidecarWith(other);
    const { certificate, looks } = followed(old, other);
    const upstream = createSidecarConnection(certificate);
    assert.equal((await upstream.send(ask(sidecar.url))).status, 200);
    assert.equal((await upstream.send(ask(sidecar.url))).status, 200);
    assert.equal(looks(), 1);
    upstream.close();
    await sidecar.close(0);
  });

  it('fails where there is no other', async () => {
    const [old, other] = [await mint(), await mint()];
    const sidecar = await sidecarWith(other);
    const { certificate, looks } = followed(old, old);
    const upstream = createSidecarConnection(certificate);
    await assert.rejects(upstream.send(ask(sidecar.url)), OutboundError);
    assert.equal(looks(), 1);
    upstream.close();
    await sidecar.close(0);
  });
});
