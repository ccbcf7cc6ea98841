import type { Deps } from '../commands/command.ts';
import { visible, widthOf } from './visible.ts';

const BAR = 24;
const TICK_MS = 200;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** How far long work has come, on one line of the terminal that is written anew. */
export interface ProgressBar {
  /** So many of so many are done; `doing` is what is under way. */
  readonly show: (done: number, total: number, doing: string) => void;
  /** Takes the line away, so that something else can be said. */
  readonly clear: () => void;
  readonly close: () => void;
}

/** A progress bar on standard error; none where that is no terminal. */
export function progressBar({
  isTerminal,
  err,
  columns,
  clock,
  every,
}: Pick<Deps, 'isTerminal' | 'err' | 'columns' | 'clock' | 'every'>): ProgressBar {
  if (!isTerminal.stderr) return { show: () => {}, clear: () => {}, close: () => {} };
  let state: { done: number; total: number; doing: string; since: number; ticks: number } | undefined;
  const draw = () => {
    if (!state) return;
    const seconds = Math.floor((clock.now() - state.since) / 1000);
    err(`\r${progressLine({ ...state, seconds }, columns)}\x1b[K`);
  };
  const stop = every(TICK_MS, () => {
    if (state) state = { ...state, ticks: state.ticks + 1 };
    draw();
  });
  const clear = () => {
    if (state) err('\r\x1b[K');
    state = undefined;
  };
  return {
    show(done, total, doing) {
      const since = state?.doing === doing && state.done === done ? state.since : clock.now();
      state = { done, total, doing, since, ticks: state?.ticks ?? 0 };
      draw();
    },
    clear,
    close() {
      clear();
      stop();
    },
  };
}

/** One line of at most so many columns: a bar, how many of how many, what is under way and for how many seconds. */
export function progressLine(
  {
    done,
    total,
    doing,
    seconds,
    ticks,
  }: { done: number; total: number; doing: string; seconds: number; ticks: number },
  columns: number,
): string {
  const filled = total === 0 ? 0 : Math.min(BAR, Math.floor((BAR * done) / total));
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
  const line = `${SPINNER[ticks % SPINNER.length]} ${bar} ${done}/${total} ${doing}${seconds > 0 ? ` ${seconds} s` : ''}`;
  return fitting(visible(line), columns - 1);
}

/** A line that wrapped could not be written anew. */
function fitting(line: string, columns: number): string {
  let width = 0;
  let shown = '';
  for (const char of line) {
    width += widthOf(char);
    if (width > columns) break;
    shown += char;
  }
  return shown;
}
