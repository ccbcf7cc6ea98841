import type { ProcessIo } from '../command.ts';
import { truncated, visible } from './visible.ts';

const BAR_WIDTH = 24;
const TICK_MS = 200;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Progress of a long operation, on one line of the terminal that is rewritten. */
export interface ProgressBar {
  /** Shows that `done` of `total` are done. `doing` names the current step. */
  readonly show: (done: number, total: number, doing: string) => void;
  /** Clears the line before other output. */
  readonly clear: () => void;
  readonly close: () => void;
}

/** Returns a progress bar on standard error. It prints nothing if standard error is not a terminal. */
export function progressBar({
  isTerminal,
  err,
  columns,
  clock,
  every,
}: Pick<ProcessIo, 'isTerminal' | 'err' | 'columns' | 'clock' | 'every'>): ProgressBar {
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

/** Returns one line that fits in `columns`: a bar, the counts, the current step and its duration. */
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
  const filled = total === 0 ? 0 : Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * done) / total));
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
  const line = `${SPINNER[ticks % SPINNER.length]} ${bar} ${done}/${total} ${doing}${seconds > 0 ? ` ${seconds} s` : ''}`;
  // A line that wraps cannot be rewritten.
  return truncated(visible(line), columns - 1);
}
