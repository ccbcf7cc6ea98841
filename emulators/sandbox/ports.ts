import { createServer } from 'node:net';
import { portNames, type Ports } from './settings.ts';

const HOST = '127.0.0.1';
/** Below the ephemeral range, so that no connection takes the port between check and use. */
const PORT_RANGE = { from: 20_000, to: 32_000 };

/** Returns a message for each unavailable port, with the port and its variable. */
export async function portErrors(ports: Ports): Promise<string[]> {
  const errors: string[] = [];
  for (const name of portNames) {
    const reason = ports[name] === 0 ? undefined : await unavailableReason(ports[name]);
    if (reason === undefined) continue;
    errors.push(
      `port ${ports[name]} ${reason}: set ${name} to another port, or to 0 for any free port (${name}=0 npm start)`,
    );
  }
  return errors;
}

/** Returns a free port, for a process that must keep its port after a restart. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_RANGE.from + Math.floor(Math.random() * (PORT_RANGE.to - PORT_RANGE.from));
    if ((await unavailableReason(port)) === undefined) return port;
  }
}

/** Returns why a port is unavailable, or undefined. */
function unavailableReason(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve('is in use by another program');
      else
        resolve(
          error.code === 'EACCES' ? 'requires elevated permissions' : `is unavailable (${error.message})`,
        );
    });
    server.listen(port, HOST, () => server.close(() => resolve(undefined)));
  });
}
