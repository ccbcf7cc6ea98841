import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { mintCertificates } from '../src/init/certificates.ts';

/** TLS before a server on loopback that has none. */
export interface TlsServer {
  readonly url: string;
  /** The CA of its certificate, which names `localhost` and 127.0.0.1. PEM. */
  readonly ca: string;
  close(): void;
}

/** Opens a door before `url`, its certificate minted as of `now`, for a day. */
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
