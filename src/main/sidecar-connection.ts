import { createOutbound, type Outbound, OutboundError } from '../runtime/outbound.ts';
import type { SidecarCertificate } from '../runtime/certificate-files.ts';
import type { WatchedFolder } from '../runtime/watched-folder.ts';

/** Requests under way over the hop at once. */
export const MOST_UNDER_WAY = 32;
/** Sockets kept open to the sidecar: one for each request that is under way, and one for probes. */
const SOCKETS = MOST_UNDER_WAY + 1;

/**
 * The connections to the sidecar, with the certificate that is on disk. Without a proxy: the hop never leaves the pod.
 * Where no connection came about, the certificate may be that of before: then the disk is looked at, and the request
 * sent once more with another one.
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
