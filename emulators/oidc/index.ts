import { runEmulator } from '../server/run-emulator.ts';
import { startOidcEmulator } from './oidc-emulator.ts';

const { OIDC_EMULATOR_PORT } = process.env;

await runEmulator('oidc', (log) => startOidcEmulator({ port: Number(OIDC_EMULATOR_PORT || 9300), log }));
