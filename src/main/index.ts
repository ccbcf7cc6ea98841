import { runProgram } from '../http/inspection/child.ts';
import { preflightOf } from './preflight.ts';

await runProgram(preflightOf, async () => {
  const { serve } = await import('./app.ts');
  await serve(new URL(import.meta.url));
});
