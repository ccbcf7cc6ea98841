import { SettingsError } from '../../runtime/settings.ts';
import type { BirddogClient } from '../client/birddog-client.ts';
import { EXIT, type Exit, type Deps } from './command.ts';
import type { ClientOptions } from './document-options.ts';
import { type ProgressBar, progressBar } from '../print/progress.ts';
import { UsageError } from './read-options.ts';
import type { Paint } from '../print/report.ts';
import { safeText } from '../print/safe-text.ts';
import { visible } from '../print/visible.ts';

/** What a command that asks Birddog works with. */
export interface Working extends Deps {
  readonly client: BirddogClient;
  readonly progress: ProgressBar;
  /** Writes a document to standard output as it is; all else goes through `out` and `err`, which make it safe to show. */
  readonly exact: (text: string) => void;
}

const plain: Paint = (_style, text) => text;

/**
 * Runs a command that asks Birddog: says how it is used where that is asked for or wrong, reads the settings, and lets go of
 * the connection in the end. `read` gives nothing for `--help` and throws UsageError.
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
    const wrong = error instanceof UsageError || error instanceof SettingsError;
    if (!wrong) throw error;
    const lines = error.message.split('\n').map(visible).join('\n');
    err(safeText(`birddog ${name}: ${lines}\n${error instanceof UsageError ? `\n${usage}` : ''}`));
    return EXIT.error;
  }
  const progress = progressBar(deps);
  const painted = options.color ? {} : { paint: plain, paintErr: plain };
  try {
    const safe = { out: (text: string) => out(safeText(text)), err: (text: string) => err(safeText(text)) };
    return await work(options, { ...deps, ...painted, ...safe, exact: out, client, progress });
  } finally {
    progress.close();
    client.close();
  }
}
