import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { placeOfFrames } from './signature.ts';

/**
 * A second thread of a worker process. If a case takes too long, it pauses the main thread and prints `stuck PLACE`, with the
 * position in the source, on standard output, once per case. A thread in an endless loop cannot do that itself.
 */

const POLL_MS = 50;
const watched: unknown = workerData;

let counter = 0;
let since = performance.now();
let isReported = false;

setInterval(() => {
  if (!(watched instanceof Int32Array)) return;
  const now = Atomics.load(watched, 0);
  // An odd count means that a case is in progress.
  if (now !== counter || now % 2 === 0) {
    counter = now;
    since = performance.now();
    isReported = false;
    return;
  }
  if (isReported || performance.now() - since < Atomics.load(watched, 1)) return;
  isReported = true;
  reportPlace();
}, POLL_MS);

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- the port of a thread has no origin
parentPort?.postMessage('watching');

function reportPlace(): void {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const frames = params.callFrames.map(({ location, functionName }) => ({
      url: urls.get(location.scriptId) ?? '',
      functionName,
    }));
    writeSync(1, `stuck ${placeOfFrames(frames)}\n`);
    session.post('Debugger.resume');
    session.disconnect();
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}
