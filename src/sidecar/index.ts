import { inspectBody } from '../http/inspection/child.ts';
import { INSPECT } from '../http/inspection/plain.ts';
import { preflightOf } from './preflight.ts';

if (process.argv[2] === INSPECT) {
  await inspectBody(preflightOf);
  process.exit();
}
// Loaded only to serve: a process that inspects a body needs none of it.
const { serve } = await import('./serve.ts');
await serve(new URL(import.meta.url));
