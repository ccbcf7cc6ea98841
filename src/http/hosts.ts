import { CONTRACT_VERSION, HEADERS } from '../domain/headers.ts';
import { ProblemError, shuttingDown } from '../domain/problem.ts';
import { isLoopback, type Reader } from '../runtime/settings.ts';
import { problemReply, type Reply } from '../runtime/reply.ts';
import { type Deps, recordRequest } from './request-record.ts';
import type { Call, Handle } from '../runtime/routes.ts';

/** The host names that requests may use: only loopback names, those of a list, or any (an empty list). */
export type AcceptedHosts = 'loopback' | readonly string[];

/** Paths that load balancers request by address. With a list of hosts they are served under any name. */
const PROBES = ['/healthz', '/readyz'];

/** Retry-After (seconds) of `version_skew`: only a deployment ends it. */
const SKEW_RETRY_S = 60;

/**
 * Serves only requests that name an accepted host, and answers all others with 403 `forbidden_host`. This keeps web pages
 * from reaching a server on loopback by DNS rebinding: their requests name the host of the page, in Host and in Origin.
 */
export function onlyHosts(accepted: AcceptedHosts, app: Handle, deps: Deps): Handle {
  return (call) => {
    if (isAccepted(accepted, call)) return app(call);
    const sentence = `Birddog does not serve the host "${shortened(hostField(call))}"${originOf(accepted, call)}.`;
    return refuse(call, new ProblemError('forbidden_host', sentence), deps);
  };
}

/** Serves only requests of the known version of the contract. Answers all others with 503 `version_skew`. */
export function onlyKnownVersion(app: Handle, deps: Deps): Handle {
  return (call) => {
    const version = call.header(HEADERS.contract) ?? CONTRACT_VERSION;
    if (version === CONTRACT_VERSION) return app(call);
    const detail = `This process knows version ${CONTRACT_VERSION} of the contract between Birddog and the sidecar, not "${shortened(version)}".`;
    return refuse(call, new ProblemError('version_skew', detail, { retryAfter: SKEW_RETRY_S }), deps);
  };
}

/** Serves requests until `refusing` aborts, and then only health probes. Answers all others with 503 `shutting_down`. */
export function untilShutdown(refusing: AbortSignal, app: Handle, deps: Deps): Handle {
  return (call) =>
    refusing.aborted && !PROBES.includes(call.path)
      ? refuse(call, shuttingDown('This process is stopping and accepts no more requests.'), deps)
      : app(call);
}

function refuse({ method, path, header }: Call, problem: ProblemError, deps: Deps): Reply {
  const record = recordRequest({ method, path: path.slice(0, 200), endpoint: 'other', header }, deps);
  record.failed(problem);
  record.answered(problem.status);
  return problemReply(problem, record.ids.requestId, header('accept'));
}

function isAccepted(accepted: AcceptedHosts, call: Call): boolean {
  const host = hostName(hostField(call));
  if (accepted === 'loopback') {
    const origin = call.header('origin');
    return host !== undefined && isLoopback(host) && (origin === undefined || isLoopbackOrigin(origin));
  }
  if (accepted.length === 0 || PROBES.includes(call.path)) return true;
  return host !== undefined && accepted.includes(host);
}

/** Returns the host of a request: that of an absolute target, which takes precedence (RFC 9112, 3.2.2), or of the header Host. */
function hostField({ incoming, header }: Call): string {
  const [, authority] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(incoming.url ?? '') ?? [];
  return authority ?? header('host') ?? '';
}

/** Returns the lower-case name in a Host field, without port and trailing dot. Returns undefined if the field is invalid. */
function hostName(field: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{0,5})?$/i.exec(field) ?? [];
  return name?.toLowerCase().replace(/\.$/, '');
}

function isLoopbackOrigin(origin: string): boolean {
  const [, authority = ''] = /^https?:\/\/([^/?#]*)$/i.exec(origin) ?? [];
  const host = hostName(authority);
  return host !== undefined && isLoopback(host);
}

function originOf(accepted: AcceptedHosts, { header }: Call): string {
  const origin = accepted === 'loopback' ? header('origin') : undefined;
  return origin === undefined ? '' : ` for the origin "${shortened(origin)}"`;
}

const shortened = (text: string) => text.slice(0, 100);

/** Accepts a comma-separated list of host names and addresses in the form of the header Host, without ports. */
export const hostNames: Reader<string[]> = (value) =>
  value.split(',').map((entry) => {
    const name = hostName(entry.trim());
    if (name === undefined || /:\d*$/.test(entry.trim())) {
      throw new Error(`"${entry}" is not a host name or address without a port`);
    }
    return name;
  });
