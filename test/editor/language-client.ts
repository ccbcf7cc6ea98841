import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A message of the language server protocol. Requests and their answers have an id. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

/** Speaks the language server protocol with a process, over its standard streams. */
export class LanguageClient {
  readonly #server: ChildProcessWithoutNullStreams;
  readonly #settings: object;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #waiting = new Map<string, (params: unknown) => void>();
  #received = Buffer.alloc(0);
  #lastId = 0;

  /** Starts the server. `settings` answers each of its questions about the configuration. */
  constructor(module: string, settings: object) {
    this.#settings = settings;
    this.#server = spawn(process.execPath, [module, '--stdio'], { stdio: 'pipe' });
    this.#server.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#server.stderr.pipe(process.stderr);
  }

  request(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<unknown>((resolve) => this.#answers.set(id, resolve));
    this.#send({ id, method, params });
    return answered;
  }

  notify(method: string, params: object): void {
    this.#send({ method, params });
  }

  /** Returns the parameters of the next notification from the server with this method. */
  next(method: string): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.set(method, resolve));
  }

  async stop(): Promise<void> {
    if (this.#server.exitCode !== null || this.#server.signalCode !== null) return;
    const ended = once(this.#server, 'exit');
    this.#server.kill();
    await ended;
  }

  #send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n');
      const length = Number(
        /Content-Length: (\d+)/.exec(this.#received.toString('latin1', 0, Math.max(end, 0)))?.[1],
      );
      const from = end + 4;
      if (end === -1 || this.#received.length < from + length) return;
      const message: Message = JSON.parse(this.#received.toString('utf8', from, from + length));
      this.#received = this.#received.subarray(from + length);
      this.#handle(message);
    }
  }

  #handle({ id, method, params, result }: Message): void {
    if (method === undefined) {
      if (id !== undefined) this.#answers.get(id)?.(result);
    } else if (id === undefined) {
      this.#waiting.get(method)?.(params);
      this.#waiting.delete(method);
    } else {
      const items = Object(params).items;
      this.#send({ id, result: Array.isArray(items) ? items.map(() => this.#settings) : null });
    }
  }
}
