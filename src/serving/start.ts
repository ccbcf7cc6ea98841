import { VERSION } from '../contract/version.ts';
import { startProbes, type StartProbesOptions } from '../health/start-probes.ts';
import { contractApp, type ContractAppOptions } from '../http/contract-app.ts';
import { type AcceptedHosts, onlyHosts, onlyKnownVersion, untilShutdown } from '../http/hosts.ts';
import type { PreflightOf } from '../http/inspection/inspection.ts';
import { installedPacks } from '../packs/installed-packs.ts';
import { openInspector } from '../http/inspection/inspector.ts';
import { sharedLedgerId } from '../ledger/ledger-place.ts';
import type { ServerCertificate, ServerOptions } from '../runtime/server.ts';
import { type Deps, type Service, type ServiceOptions, startService } from '../runtime/service.ts';
import { pollFolders, type WatchedFolder } from '../runtime/watched-folder.ts';
import type { Backend, SharedConfig } from './backend.ts';
import type { Secrets } from './secrets.ts';
import { startSettler } from './settler.ts';

/** What differs between the processes that serve the API. */
export interface ServingOptions
  extends Pick<
    ContractAppOptions,
    'serve' | 'callerOf' | 'precheck' | 'internal' | 'minDeadlineMs' | 'reportsMayStillLand'
  > {
  /** The program file, which also runs as the child processes that inspect large bodies. */
  readonly entry: URL;
  readonly preflightOf: PreflightOf;
  /** Whether callers authenticate with a bearer token. */
  readonly bearer?: boolean;
  readonly hosts: AcceptedHosts;
  readonly secrets: Pick<Secrets, 'watched'>;
  /** The health probes of the process. */
  readonly probing: Pick<StartProbesOptions, 'probes' | 'timeoutMs'>;
  readonly server: Omit<ServerOptions, 'app'>;
  readonly ops: ServiceOptions['ops'];
  /** The certificate of the API port. The server renews it when the file changes. */
  readonly certificate: WatchedFolder<ServerCertificate> | undefined;
  /** Resources to close besides those of the backend. */
  readonly resources: ServiceOptions['resources'];
}

/** Starts the servers and the health probes of a process that serves the API. Rejects when a port cannot be opened. */
export async function startServing(
  { command, metrics, outbound, receivers, handlesFile, datadog, store, shutdown, applyStop, ports }: Backend,
  config: SharedConfig,
  options: ServingOptions,
  deps: Deps,
): Promise<Service> {
  const { entry, preflightOf, hosts, secrets, probing, server, ops, certificate, resources, ...api } =
    options;
  const { clock, log } = deps;
  const { leaving, refusing, ending } = shutdown.phases;
  const health = { notReady: () => (leaving.aborted ? 'shutting down' : undefined) };
  const packs = await installedPacks(config.BIRDDOG_PACKS);
  const inspector = openInspector(entry, preflightOf, config.BIRDDOG_PACKS, log);
  const { request } = datadog;
  const probes = startProbes(
    {
      process: command,
      config,
      ...probing,
      receivers,
      metrics,
      outbound,
      request,
      incidents: store.ledger.incidents,
      installation: sharedLedgerId(config.BIRDDOG_LEDGER),
    },
    deps,
  );
  const { check } = probes;
  const served = { clock, log, metrics };
  const stop = { stopping: applyStop.signal, ending };
  const recipients = handlesFile && { recipients: handlesFile.current };
  const contract = contractApp({
    ...api,
    ...served,
    ...stop,
    ...recipients,
    check,
    packs,
    inspector,
    health,
    version: VERSION,
  });
  const app = untilShutdown(refusing, onlyHosts(hosts, onlyKnownVersion(contract, served), served), served);
  const service = await startService({
    server: { ...server, app },
    ops,
    shutdown,
    health,
    metrics,
    resources: [
      outbound,
      store,
      ...(handlesFile ? [handlesFile] : []),
      ...resources,
      probes,
      inspector,
      startSettler(ports, deps),
      pollFolders(config.BIRDDOG_POLL_MS, secrets.watched),
    ],
  });
  certificate?.onChange(service.renew);
  // The certificate may have changed while the ports were opened.
  if (certificate) service.renew(certificate.current());
  return service;
}
