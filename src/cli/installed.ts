#!/usr/bin/env node
// The command of the npm package: runs the CLI on Node.js 20 or later, without bin/birddog, which finds a Node.js for servers.
import { EXIT } from './exit-status.ts';

/** Programs that are not part of the npm package, and what runs them. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ...['serve', 'sidecar', 'init'].map((name) => [name, `the image: podman run IMAGE ${name}`] as const),
  ['sandbox', 'a checkout: npm ci && npm start'],
]);

const [name = '', ...args] = process.argv.slice(2);
const elsewhere = ELSEWHERE.get(name);
if (elsewhere !== undefined && !args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stderr.write(`birddog: ${name} is not part of the npm package. Run it from ${elsewhere}\n`);
  process.exitCode = EXIT.unavailable;
} else {
  // Node.js 20 cannot keep the digits of numbers in JSON. Node.js 20 and 21 have no iterator helpers.
  if (!('rawJSON' in JSON && 'Iterator' in globalThis)) await import('./polyfills.ts');
  await import('./index.ts');
}
