import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { mintCertificates } from '../src/init/certificates.ts';

/** A TLS proxy in front of a server on loopback. */
export interface TlsServer {
  readonly url: string;
  /** The CA of its certificate, which names `localhost` and 127.0.0.1. PEM. */
  readonly ca: string;
  close(): void;
}

/** Starts a TLS proxy in front of `url`, with a certificate that is valid for one day from `now`. */
export async function openTlsServer(url: string, now = new Date()): Promise<TlsServer> {
  const { ca, server } = await mintCertificates({ now, days: 1 });
  const router = tls.createServer(server, (socket) => {
    const onward = net.connect(Number(new URL(url).port), '127.0.0.1');
    for (const end of [socket, onward]) {
      end.on('error', () => {
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => {
    router.listen(0, '127.0.0.1', resolve);
  });
  const { port } = router.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, ca, close: () => router.close() };
}
