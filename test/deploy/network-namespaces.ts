import { execFileSync, spawnSync } from 'node:child_process';
import https, { type RequestOptions } from 'node:https';

/** The address of the pod, from the range for documentation. */
export const POD_ADDRESS = '192.0.2.1';
const OUTSIDE_ADDRESS = '192.0.2.2';

/** Two hosts on one machine: the pod and an external client. */
export interface NetworkNamespaces {
  readonly pod: string;
  readonly outside: string;
  remove(): void;
}

/** Creates two connected network namespaces. Requires root and iproute2. */
export function makeNetworkNamespaces(): NetworkNamespaces {
  const [pod, outside] = [`birddog-pod-${process.pid}`, `birddog-out-${process.pid}`];
  const wire = { pod: `bdp${process.pid}`, outside: `bdo${process.pid}` };
  const ip = (...args: string[]) => execFileSync('ip', args);
  const remove = () => {
    for (const name of [pod, outside]) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    ip('netns', 'add', pod);
    ip('netns', 'add', outside);
    const peer = ['peer', 'name', wire.outside, 'netns', outside];
    ip('link', 'add', wire.pod, 'netns', pod, 'type', 'veth', ...peer);
    for (const [name, device, address] of [
      [pod, wire.pod, POD_ADDRESS],
      [outside, wire.outside, OUTSIDE_ADDRESS],
    ] as const) {
      ip('-n', name, 'address', 'add', `${address}/30`, 'dev', device);
      ip('-n', name, 'link', 'set', device, 'up');
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
  } catch (error) {
    remove();
    throw error;
  }
  return { pod, outside, remove };
}

/** Returns the command that runs a program in a namespace. */
export const inNamespace = (name: string, ...command: string[]): string[] => [
  'ip',
  'netns',
  'exec',
  name,
  ...command,
];

/** A request over TLS: options of Node's https, and the body. */
export interface Question extends Pick<RequestOptions, 'host' | 'port' | 'servername' | 'method' | 'path'> {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
/** The answer, or the error code of the connection (`ECONNREFUSED`, ...). */
export type Answered = { readonly status: number; readonly text: string } | { readonly failed: string };

/** Sends a request from a process in a namespace. */
export function askFrom(namespace: string, question: Question): Answered {
  const [command = '', ...args] = inNamespace(namespace, process.execPath, import.meta.filename);
  return JSON.parse(execFileSync(command, args, { input: JSON.stringify(question), encoding: 'utf8' }));
}

function ask({ body, ...options }: Question): Promise<Answered> {
  return new Promise((resolve) => {
    const request = https.request({ ...options, agent: false, timeout: 10_000 }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error: NodeJS.ErrnoException) => resolve({ failed: error.code ?? error.message }));
    request.end(body);
  });
}

if (import.meta.main) {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  process.stdout.write(JSON.stringify(await ask(JSON.parse(Buffer.concat(chunks).toString()))));
}
