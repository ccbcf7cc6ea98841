import type { Command } from './command.ts';
import { alertsCommand } from './commands/alerts.ts';
import { applyCommand } from './commands/apply.ts';
import { checkCommand } from './commands/check.ts';
import { completionCommand } from './commands/completion.ts';
import { convertCommand } from './commands/convert.ts';
import { expandCommand } from './commands/expand.ts';
import { driftCommand } from './commands/drift.ts';
import { explainCommand } from './commands/explain.ts';
import { historyCommand } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { lintCommand } from './commands/lint.ts';
import { packsCommand } from './commands/packs.ts';
import { planCommand } from './commands/plan.ts';
import { previewCommand } from './commands/preview.ts';
import { restoreCommand, undoCommand } from './commands/restore.ts';
import { testCommand } from './commands/test.ts';
import { tokenCommand } from './commands/token.ts';
import { PROGRAMS } from './programs.ts';

/** Every command of the CLI, in the order of the help of `birddog`. */
export const COMMANDS: readonly Command[] = [
  lintCommand,
  testCommand,
  expandCommand,
  packsCommand,
  planCommand,
  previewCommand,
  applyCommand,
  driftCommand,
  alertsCommand,
  explainCommand,
  historyCommand,
  undoCommand,
  restoreCommand,
  importCommand,
  convertCommand,
  checkCommand,
  tokenCommand,
  completionCommand(() => ({ commands: ALL_COMMANDS, topOptions: TOP_OPTIONS })),
];

/** Every command of `birddog`, in the order of its help. */
export const ALL_COMMANDS: readonly Command[] = [...PROGRAMS, ...COMMANDS];

/** The options that `birddog` takes without a command. */
export const TOP_OPTIONS: readonly { readonly name: string; readonly help: string }[] = [
  { name: '--help', help: 'show this help; after a command, the help of the command' },
  { name: '--version', help: 'print the version' },
];
