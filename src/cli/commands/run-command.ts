import { SettingsError } from '../../runtime/settings.ts';
import type { BirddogClient } from '../client/birddog-client.ts';
import { EXIT, type Exit, type Deps } from './command.ts';
import type { ClientOptions } from './document-options.ts';
import { type ProgressBar, progressBar } from '../print/progress.ts';
import { UsageError } from './read-options.ts';
import type { Paint } from '../print/report.ts';
import { safeText } from '../print/safe-text.ts';
import { visible } from '../print/visible.ts';

/** Dependencies of a command that sends requests to Birddog. */
export interface Working extends Deps {
  readonly client: BirddogClient;
  readonly progress: ProgressBar;
  /** Writes a document to standard output unchanged. `out` and `err` escape control characters; use them for all other text. */
  readonly outExact: (text: string) => void;
}

const plain: Paint = (_style, text) => text;

/**
 * Runs a command that sends requests to Birddog: prints the usage for `--help` and after a UsageError, reads the settings,
 * and closes the connection at the end. `read` returns undefined for `--help`.
 */
export async function runCommand<Options extends ClientOptions>(
  { name, usage }: { readonly name: string; readonly usage: string },
  deps: Deps,
  read: () => Options | undefined,
  work: (options: Options, working: Working) => Promise<Exit>,
): Promise<Exit> {
  const { out, err } = deps;
  let client: BirddogClient;
  let options: Options | undefined;
  try {
    options = read();
    if (!options) {
      out(usage);
      return EXIT.nothing;
    }
    client = deps.clientOf(options.url);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof SettingsError)) throw error;
    const lines = error.message.split('\n').map(visible).join('\n');
    err(safeText(`birddog ${name}: ${lines}\n${error instanceof UsageError ? `\n${usage}` : ''}`));
    return EXIT.error;
  }
  const progress = progressBar(deps);
  const painted = options.color ? {} : { paint: plain, paintErr: plain };
  try {
    const safe = { out: (text: string) => out(safeText(text)), err: (text: string) => err(safeText(text)) };
    return await work(options, { ...deps, ...painted, ...safe, outExact: out, client, progress });
  } finally {
    progress.close();
    client.close();
  }
}
