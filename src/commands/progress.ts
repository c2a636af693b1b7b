import { tell } from './output.ts';

/** How far a command has got. */
export interface State {
  text: string;
  /** From 0 to 1, if the end is known. */
  part?: number;
}

export interface Progress {
  update(state: State): void;
  /** Tells the user something in between. */
  tell(message: string): void;
  stop(): void;
}

/** How often a line is printed where there is no terminal. */
const LINE_MS = 5_000;
/** How often the bar is drawn. */
const BAR_MS = 100;

/**
 * Shows the progress of a command on standard error: as a bar if it is a terminal and the end is known, otherwise as a line every few
 * seconds.
 */
export async function startProgress({ hasEnd = false } = {}): Promise<Progress> {
  const isTerminal = process.stderr.isTTY && process.env.TERM !== 'dumb';
  return hasEnd && isTerminal ? bar() : lines();
}

/** Formats a number with its noun: 1 segment, 1,000 segments. */
export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

function lines(): Progress {
  let next = performance.now() + LINE_MS;
  return {
    update({ text, part }) {
      if (performance.now() < next) return;
      next = performance.now() + LINE_MS;
      tell(part === undefined ? `${text}.` : `${text} (${Math.floor(part * 100)} %).`);
    },
    tell,
    stop: () => {},
  };
}

async function bar(): Promise<Progress> {
  // Node finds not every export of this CommonJS module by name.
  const { default: cliProgress } = await import('cli-progress');
  const { Format, Presets, SingleBar } = cliProgress;
  const shown = new SingleBar(
    {
      ...{ stream: process.stderr, hideCursor: true, clearOnComplete: true, gracefulExit: false },
      format: '{bar} {percentage} %  {text}{eta_formatted}',
      formatTime: (seconds, options, round) =>
        Number(seconds) > 0 && Number.isFinite(Number(seconds))
          ? `  ${Format.TimeFormat(seconds, options, round)} left`
          : '',
    },
    Presets.shades_classic,
  );
  let state: State = { text: '' };
  let next = 0;
  const start = () => shown.start(1, state.part ?? 0, { text: state.text });
  start();
  return {
    update(given) {
      state = given;
      if (performance.now() < next) return;
      next = performance.now() + BAR_MS;
      shown.update(given.part ?? 0, { text: given.text });
    },
    tell(message) {
      shown.stop();
      tell(message);
      start();
    },
    stop: () => shown.stop(),
  };
}
