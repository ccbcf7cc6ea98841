import { clientSettings } from '../src/cli/config.ts';
import { initSettings } from '../src/init/config.ts';
import { mainSettings } from '../src/main/config.ts';
import type { Setting } from '../src/runtime/settings.ts';
import { sidecarSettings } from '../src/sidecar/config.ts';

type Table = Readonly<Record<string, Setting<unknown>>>;

const INTRODUCTION = `# Configuration

Every command reads its environment once, when it starts. A variable that is missing, or whose value cannot be, stops the start
with exit status 78, and every fault is told at once. An empty variable is one that is not there. Secrets are files, never
variables ([vault.md](vault.md)); but for the token of the commands that people run by hand.
`;

/** The tables of this page: what they are about, and the settings that the command itself reads with. */
const COMMANDS: readonly (readonly [title: string, settings: Table])[] = [
  ['`birddog serve`', mainSettings],
  ['`birddog sidecar`', sidecarSettings],
  ['`birddog init`', initSettings],
  [
    'Commands that ask a running Birddog: `birddog plan`, `apply`, `drift`, `import`, `check`',
    clientSettings,
  ],
];
const FOOT = '\n<!-- Written by `npm run docs` from the settings that each command reads. -->\n';

/** docs/configuration.md: every variable of every command, from the tables that parse them. */
export function configurationPage(): string {
  const sections = COMMANDS.map(([title, settings]) => `## ${title}\n\n${tableOf(settings)}`);
  return `${INTRODUCTION}\n${sections.join('\n')}${FOOT}`;
}

function tableOf(settings: Table): string {
  const lines = Object.entries(settings).map(
    ([name, setting]) => `| \`${name}\` | ${fallbackOf(setting)} | ${setting.says.replace(/\|/g, '\\|')} |\n`,
  );
  return `| variable | where it is not given | what it is for |\n|---|---|---|\n${lines.join('')}`;
}

/** What holds where nothing is given; lists as they would be written. */
function fallbackOf(setting: Setting<unknown>): string {
  if (!('fallback' in setting)) return '**required**';
  const { fallback } = setting;
  if (fallback === undefined || fallback === '' || (Array.isArray(fallback) && fallback.length === 0))
    return '-';
  return `\`${Array.isArray(fallback) ? fallback.join(',') : String(fallback)}\``;
}
