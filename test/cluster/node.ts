import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { mintCertificates } from '../../src/init/certificates.ts';
import type { ControlPlane } from './control-plane.ts';

/** What becomes of a pod: all its containers run, or its first init container fails. */
export type Fate = 'ready' | 'init fails';
type Json = ReturnType<typeof JSON.parse>;

/** A stand-in for the only node: it binds pods, requests what they refer to, reports a state, and serves logs. */
export interface StandInNode {
  /** Decides about each pod, again and again. Default: all are ready. */
  fate: (pod: Json) => Fate;
  stop(): Promise<void>;
}

const NODE = '/api/v1/nodes/node1';
const MERGE = 'application/merge-patch+json';
const REASON = 'PodInitializing';

/** Starts the node. It reads and writes as the node's user, whom the server allows only what concerns its pods. */
export async function startNode(plane: ControlPlane): Promise<StandInNode> {
  const states = new Map<string, Fate>();
  const logs = await serveLogs((namespace, name, container) => {
    const state = states.get(`${namespace}/${name}`);
    return state === 'ready' || (state === 'init fails' && container === 'init')
      ? { status: 200, text: `last words of ${container}\n` }
      : { status: 400, text: `container "${container}" in pod "${name}" is waiting to start: ${REASON}` };
  });
  const metadata = { name: 'node1' };
  await plane.request('POST', '/api/v1/nodes', { body: { apiVersion: 'v1', kind: 'Node', metadata } });
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: logs.port } },
  };
  await plane.request('PATCH', `${NODE}/status`, { type: MERGE, body: { status } });

  const ending = new AbortController();
  const node: StandInNode = {
    fate: () => 'ready',
    stop: async () => {
      ending.abort();
      await loop;
      logs.close();
    },
  };
  const loop = (async () => {
    while (!ending.signal.aborted) {
      const { body } = await plane.request('GET', '/api/v1/pods');
      for (const pod of body.items ?? []) await treat(plane, pod, node.fate(pod), states);
      await wait(100);
    }
  })();
  return node;
}

/** Binds, removes, or reports the state of one pod. */
async function treat(plane: ControlPlane, pod: Json, fate: Fate, states: Map<string, Fate>): Promise<void> {
  const { name, namespace, deletionTimestamp } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const token = 'node';
  if (pod.spec.nodeName === undefined) {
    const target = { apiVersion: 'v1', kind: 'Node', name: 'node1' };
    await plane.request('POST', `${path}/binding`, { body: { metadata: { name }, target } });
  } else if (deletionTimestamp !== undefined) {
    await plane.request('DELETE', `${path}?gracePeriodSeconds=0`, { token });
  } else if (states.get(`${namespace}/${name}`) !== fate) {
    const missing = await missingVolume(plane, pod);
    if (missing !== undefined) return report(plane, pod, missing);
    const body = { status: statusOf(pod, fate) };
    const answer = await plane.request('PATCH', `${path}/status`, { body, type: MERGE, token });
    if (answer.status === 200) states.set(`${namespace}/${name}`, fate);
  }
  return undefined;
}

/** Returns the kubelet's message about the first volume whose object does not exist, or undefined. */
async function missingVolume(plane: ControlPlane, pod: Json): Promise<string | undefined> {
  for (const { name, secret, configMap } of pod.spec.volumes) {
    const kind = secret ? 'secret' : 'configmap';
    const of = secret?.secretName ?? configMap?.name;
    if (of === undefined || secret?.optional) continue;
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/${kind}s/${of}`;
    const { status } = await plane.request('GET', path, { token: 'node' });
    if (status !== 200) return `MountVolume.SetUp failed for volume "${name}" : ${kind} "${of}" not found`;
  }
  return undefined;
}

/** Creates a warning about a pod. The server rejects a second one of the same name. */
async function report(plane: ControlPlane, pod: Json, message: string): Promise<void> {
  const { name, namespace, uid } = pod.metadata;
  const body = {
    metadata: { name: `${name}.mount`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace, uid },
    type: 'Warning',
    reason: 'FailedMount',
    message,
  };
  await plane.request('POST', `/api/v1/namespaces/${namespace}/events`, { body, token: 'node' });
}

/** Returns the status that a kubelet would report. */
function statusOf(pod: Json, fate: Fate): Json {
  const isReady = fate === 'ready';
  const one = (name: string, image: string, state: Json, ready: boolean) => ({
    name,
    image,
    imageID: '',
    ready,
    restartCount: 0,
    started: ready,
    state,
  });
  const waiting = (reason: string) => ({ waiting: { reason } });
  const running = { running: { startedAt: new Date().toISOString() } };
  const condition = (type: string) => ({ type, status: isReady ? 'True' : 'False' });
  return {
    phase: isReady ? 'Running' : 'Pending',
    conditions: ['Initialized', 'ContainersReady', 'Ready'].map(condition),
    initContainerStatuses: pod.spec.initContainers.map(({ name, image, restartPolicy }: Json) =>
      name === 'init' && !isReady
        ? one(name, image, waiting('CrashLoopBackOff'), false)
        : restartPolicy === 'Always' && isReady
          ? one(name, image, running, true)
          : one(name, image, isReady ? { terminated: { exitCode: 0 } } : waiting(REASON), isReady),
    ),
    containerStatuses: pod.spec.containers.map(({ name, image }: Json) =>
      one(name, image, isReady ? running : waiting(REASON), isReady),
    ),
  };
}

type LogOf = (namespace: string, pod: string, container: string) => { status: number; text: string };

/** Serves the kubelet's route for logs, which the API server asks. */
async function serveLogs(logOf: LogOf): Promise<{ port: number; close(): void }> {
  const { server: certificate } = await mintCertificates({ now: new Date(), days: 1 });
  const server = https.createServer(certificate, (request, response) => {
    const [, route, ...names] = new URL(request.url ?? '', 'https://node1').pathname.split('/');
    const [namespace = '', pod = '', container = ''] = names;
    const { status, text } =
      route === 'containerLogs' ? logOf(namespace, pod, container) : { status: 404, text: '' };
    response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}
