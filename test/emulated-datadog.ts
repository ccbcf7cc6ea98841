import { createTestClient, jsonBody } from '../emulators/datadog/test-client.ts';
import { createDatadog } from '../src/datadog/datadog.ts';
import { deadlineAfter } from '../src/domain/deadline.ts';
import type { Json, JsonObject } from '../src/domain/json.ts';
import { Secret } from '../src/domain/secret.ts';
import { OutboundError } from '../src/runtime/outbound.ts';
import { manualClock } from './manual-clock.ts';

/** What becomes of a write whose answer is lost. */
export type LostWrite =
  | { readonly carriedOut: 'now' | 'never' }
  | { readonly carriedOut: 'late'; readonly afterMs: number };

/** Creates Birddog's Datadog client with an emulated Datadog, without a socket, on a manual clock. */
export function emulatedDatadog(
  options: {
    readonly audit?: boolean;
    /** Waits before each request, so that concurrent requests arrive in another order. */
    readonly beforeEach?: () => Promise<void>;
  } = {},
) {
  const emulator = createTestClient(options);
  const clock = manualClock(emulator.clock.now);
  const calls: { readonly call: string; readonly query: string; readonly sent: string }[] = [];
  const failures: { readonly path: string; readonly status: number; readonly text: string }[] = [];
  const losses: LostWrite[] = [];
  const late: { readonly dueMs: number; readonly carryOut: () => void }[] = [];
  /** Carries out the late writes that are due, each at its own time. */
  const land = () => {
    for (const due of late.splice(0).toSorted((a, b) => a.dueMs - b.dueMs)) {
      if (due.dueMs > clock.now()) late.push(due);
      else {
        emulator.clock.now = due.dueMs;
        due.carryOut();
      }
    }
  };
  let cut: { after: number; readonly reached: () => void } | undefined;
  const connect = () =>
    createDatadog({
      baseUrl: new URL('https://api.example.test'),
      uiUrl: new URL('https://app.example.test'),
      clock,
      random: () => 0.5,
      keys: { current: () => ({ api: new Secret('a'), app: new Secret('b') }), reread: () => false },
      outbound: {
        async send({ method, url, headers = {}, body: sent }) {
          await options.beforeEach?.();
          land();
          calls.push({
            call: `${method} ${url.pathname}`,
            query: url.searchParams.toString(),
            sent: String(sent ?? ''),
          });
          const at = failures.findIndex(({ path }) => path === url.pathname);
          const [failure] = at < 0 ? [] : failures.splice(at, 1);
          if (failure) return { status: failure.status, headers: {}, body: Buffer.from(failure.text) };
          const carryOut = () =>
            emulator.send(method, `${url.pathname}${url.search}`, sent?.toString(), headers);
          const isWrite = method !== 'GET' && !/\/(search|validate)$/.test(url.pathname);
          const loss = isWrite ? losses.shift() : undefined;
          if (loss?.carriedOut === 'late') late.push({ dueMs: clock.now() + loss.afterMs, carryOut });
          emulator.clock.now = clock.now();
          if (loss?.carriedOut === 'now') carryOut();
          if (loss) throw new OutboundError('connection', true);
          const answer = carryOut();
          if (cut && method !== 'GET' && !url.pathname.endsWith('/search')) {
            cut.after -= 1;
            // The process that sent this request has been killed.
            if (cut.after < 0) return new Promise<never>(() => {});
            if (cut.after === 0) {
              cut.reached();
              return new Promise<never>(() => {});
            }
          }
          return { status: answer.status, headers: {}, body: Buffer.from(answer.body ?? '') };
        },
        close: () => {},
      },
    });
  return {
    datadog: connect(),
    /** Returns the client of another process for the same Datadog, without learned limits. */
    connect,
    /** Executes the nth write (from 1) and all later ones without answering them. Resolves at the nth write. */
    cutAtWrite: (nth: number) =>
      new Promise<void>((reached) => {
        cut = { after: nth, reached };
      }),
    /** Answers writes again. Returns whether the nth write was reached. */
    restart(): boolean {
      const reached = cut !== undefined && cut.after <= 0;
      cut = undefined;
      return reached;
    },
    clock,
    context: (ms = 25_000) => ({
      caller: { name: 'c' },
      requestId: 'r',
      traceparent: '',
      deadline: deadlineAfter(ms, clock),
    }),
    /** Returns the calls since the last time it was called. */
    taken: () => calls.splice(0),
    /** Sets the answer to the next call of a path. */
    fail: (path: string, status: number, answer: Json = { errors: ['no'] }) =>
      void failures.push({ path, status, text: JSON.stringify(answer) }),
    /** Loses the answers to the next writes. */
    loseNextWrites: (...next: readonly LostWrite[]) => void losses.push(...next),
    /** Ends the losses that no write has met. */
    keepWrites: () => void losses.splice(0),
    /** Sends a request directly to Datadog, as a person does. */
    person(method: string, path: string, sent?: JsonObject): JsonObject {
      land();
      emulator.clock.now = clock.now();
      return jsonBody(emulator.send(method, path, sent));
    },
  };
}
