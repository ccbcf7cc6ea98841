import type { Command } from './command.ts';
import { applyCommand } from './commands/apply.ts';
import { checkCommand } from './commands/check.ts';
import { driftCommand } from './commands/drift.ts';
import { historyCommand } from './commands/history.ts';
import { importCommand } from './commands/import.ts';
import { lintCommand } from './commands/lint.ts';
import { planCommand } from './commands/plan.ts';
import { restoreCommand, undoCommand } from './commands/restore.ts';
import { tokenCommand } from './commands/token.ts';

/** Every command of the CLI, in the order of the help of `birddog`. */
export const COMMANDS: readonly Command[] = [
  lintCommand,
  planCommand,
  applyCommand,
  driftCommand,
  historyCommand,
  undoCommand,
  restoreCommand,
  importCommand,
  checkCommand,
  tokenCommand,
];
