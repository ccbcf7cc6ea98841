import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, it } from 'node:test';
import { TLSSocket } from 'node:tls';
import { type Certificates, mintCertificates } from '../init/certificates.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { systemClock } from './system-clock.ts';
import { createOutbound } from './outbound.ts';

let first: Certificates;
let second: Certificates;
let server: https.Server;
let url: URL;
const open = new Set<Socket>();
const waiting: (() => void)[] = [];

before(async () => {
  const now = new Date();
  [first, second] = await Promise.all([
    mintCertificates({ now, days: 1 }),
    mintCertificates({ now, days: 2 }),
  ]);
  server = https.createServer(
    { ...first.server, ca: first.ca + second.ca, requestCert: true, rejectUnauthorized: true },
    ({ socket, url: path }, response) => {
      assert.ok(socket instanceof TLSSocket);
      const answer = () => response.end(socket.getPeerCertificate().valid_to);
      if (path === '/slow') waiting.push(answer);
      else answer();
    },
  );
  server.on('secureConnection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
after(() => {
  server.close();
  server.closeAllConnections();
});

it('uses new certificates for new connections and answers earlier requests on the old ones', async () => {
  const outbound = createOutbound({ sockets: 2, tls: { ca: first.ca, ...first.client } });
  const send = async (path = '/') =>
    (
      await outbound.send({
        method: 'GET',
        url: new URL(path, url),
        deadline: deadlineAfter(10_000, systemClock),
      })
    ).body.toString();
  const [firstEnds, secondEnds] = [await send(), ''];
  // Two have a connection, two wait for one.
  const slow = [1, 2, 3, 4].map(() => send('/slow'));
  while (waiting.length < 2) await new Promise(setImmediate);
  outbound.renew({ ca: first.ca, ...second.client });
  const renewed = await send();
  assert.notEqual(renewed, firstEnds);
  assert.notEqual(renewed, secondEnds);
  for (let answered = 0; answered < 4; answered += 1) {
    while (waiting.length === 0) await new Promise(setImmediate);
    waiting.shift()?.();
  }
  assert.deepEqual(await Promise.all(slow), [firstEnds, firstEnds, firstEnds, firstEnds]);
  while (open.size > 1) await new Promise(setImmediate);
  assert.equal(open.size, 1, 'the old connections have ended, the new one is kept');
  outbound.close();
});

it('closes idle connections of the old certificate at once', async () => {
  const outbound = createOutbound({ tls: { ca: first.ca, ...first.client } });
  await outbound.send({ method: 'GET', url, deadline: deadlineAfter(10_000, systemClock) });
  const [idle] = [...open].slice(-1);
  assert.ok(idle);
  outbound.renew({ ca: first.ca, ...second.client });
  await once(idle, 'close');
  outbound.close();
});
