import { createOutbound, type Outbound, OutboundError } from '../runtime/outbound.ts';
import type { SidecarCertificate } from '../runtime/certificate-files.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';

/** Maximum number of concurrent requests to the sidecar. */
export const MAX_CONCURRENT = 32;
/** Sockets to the sidecar: one for each concurrent request, and one for probes. */
const SOCKETS = MAX_CONCURRENT + 1;

/**
 * Creates the connections to the sidecar, with the certificate on disk and without a proxy. When a connection fails, the
 * certificate may be outdated: the connection reads it again and retries the request once if it has changed.
 */
export function createSidecarConnection(certificate: WatchedFolder<SidecarCertificate>): Outbound {
  const outbound = createOutbound({ sockets: SOCKETS, tls: certificate.current() });
  certificate.onChange(outbound.renew);
  return {
    async send(request) {
      try {
        return await outbound.send(request);
      } catch (error) {
        const unconnected = error instanceof OutboundError && error.reason === 'connection' && !error.sent;
        if (!unconnected || !certificate.poll()) throw error;
        return outbound.send(request);
      }
    },
    close: outbound.close,
  };
}
