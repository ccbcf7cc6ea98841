import { createServer } from 'node:net';
import { portNames, type Ports } from './settings.ts';

const HOST = '127.0.0.1';
/** Below the range that systems hand out by themselves, so that no connection takes the port between look and use. */
const FREE = { from: 20_000, to: 32_000 };

/** A sentence for each of these ports that cannot be had, naming the port and its variable. */
export async function portFaults(ports: Ports): Promise<string[]> {
  const faults: string[] = [];
  for (const name of portNames) {
    const reason = ports[name] === 0 ? undefined : await whyNot(ports[name]);
    if (reason === undefined) continue;
    faults.push(
      `port ${ports[name]} ${reason}: set ${name} to another port, or to 0 for any free one (${name}=0 npm start)`,
    );
  }
  return faults;
}

/** A port that is free now. For a process that must get the same port when it is started again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FREE.from + Math.floor(Math.random() * (FREE.to - FREE.from));
    if ((await whyNot(port)) === undefined) return port;
  }
}

/** Why a port cannot be listened on, or undefined. */
function whyNot(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('is in use by another program');
      else
        resolve(error.code === 'EACCES' ? 'needs rights that you lack' : `cannot be had (${error.message})`);
    });
    server.listen(port, HOST, () => server.close(() => resolve(undefined)));
  });
}
