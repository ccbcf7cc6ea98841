import { VERSION } from '../contract/version.ts';
import { startWatch } from '../health/start-watch.ts';
import type { Condition } from '../health/watch.ts';
import { contractApp, type ContractAppOptions } from '../http/contract-app.ts';
import { type AcceptedHosts, onlyHosts } from '../http/hosts.ts';
import type { PreflightOf } from '../http/inspection/inspection.ts';
import { openInspector } from '../http/inspection/inspector.ts';
import { addSecretMetrics } from '../runtime/secret-metrics.ts';
import type { ServerCertificate, ServerOptions } from '../runtime/server.ts';
import { type Deps, type Service, type ServiceOptions, startService } from '../runtime/service.ts';
import { pollFolders, type WatchedFolder } from '../runtime/watched-folder.ts';
import type { Backend, SharedConfig } from './backend.ts';
import type { Secrets } from './secrets.ts';

/** What differs between the processes that serve the API. */
export interface ServingOptions
  extends Pick<ContractAppOptions, 'serve' | 'check' | 'callerOf' | 'precheck'> {
  /** The program file, which also runs as the child processes that inspect large bodies. */
  readonly entry: URL;
  readonly preflightOf: PreflightOf;
  /** Whether callers authenticate with a bearer token. */
  readonly bearer?: boolean;
  readonly hosts: AcceptedHosts;
  readonly secrets: Pick<Secrets, 'followed' | 'ends'>;
  readonly conditions: readonly Condition[];
  readonly server: Omit<ServerOptions, 'app'>;
  readonly ops: ServiceOptions['ops'];
  /** The certificate of the API port. The server renews it when the file changes. */
  readonly certificate: WatchedFolder<ServerCertificate> | undefined;
  /** Resources to close besides those of the backend. */
  readonly resources: ServiceOptions['resources'];
}

/** Starts the servers and the watch of a process that serves the API. Rejects when a port cannot be opened. */
export async function startServing(
  { command, metrics, outbound, receivers, datadog, store }: Backend,
  config: SharedConfig,
  options: ServingOptions,
  deps: Deps,
): Promise<Service> {
  const { entry, preflightOf, hosts, secrets, conditions, server, ops, certificate, resources, ...api } =
    options;
  const { clock, log } = deps;
  const health = { notReady: () => undefined };
  const inspector = openInspector(entry, preflightOf, log);
  const contract = contractApp({ ...api, inspector, health, clock, log, metrics, version: VERSION });
  addSecretMetrics(metrics, { ...secrets, clock });
  const { request } = datadog;
  const watch = startWatch(
    { process: command, config, receivers, conditions, metrics, outbound, request },
    deps,
  );
  const service = await startService({
    server: { ...server, app: onlyHosts(hosts, contract, { clock, log, metrics }) },
    ops,
    health,
    metrics,
    resources: [
      outbound,
      store,
      ...resources,
      watch,
      inspector,
      pollFolders(config.BIRDDOG_POLL_MS, secrets.followed),
    ],
  });
  certificate?.onChange(service.renew);
  // The certificate may have changed while the ports were opened.
  if (certificate) service.renew(certificate.current());
  return service;
}
