import type { AddressInfo } from 'node:net';
import tls from 'node:tls';

/** PEM texts. */
interface Leaf {
  readonly cert: string;
  readonly key: string;
}

/** Attempts a TLS 1.3 handshake. Returns whether both sides accept it; the server decides last. */
export async function attemptHandshake(
  server: { ca: string } & Leaf,
  client: { ca: string } & Partial<Leaf>,
): Promise<boolean> {
  const listener = tls.createServer({
    ...server,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  const welcomed = new Promise<boolean>((resolve) => {
    listener.on('secureConnection', (socket) => {
      resolve(socket.authorized);
      socket.destroy();
    });
    listener.on('tlsClientError', () => resolve(false));
  });
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  const socket = tls.connect({ host: '127.0.0.1', port, ...client });
  const refused = new Promise<boolean>((resolve) => {
    socket.on('error', () => resolve(false));
  });
  const trusted = new Promise<boolean>((resolve) => {
    socket.on('secureConnect', () => resolve(true));
  });
  const met = (await Promise.race([trusted, refused])) && (await Promise.race([welcomed, refused]));
  socket.destroy();
  listener.close();
  return met;
}
