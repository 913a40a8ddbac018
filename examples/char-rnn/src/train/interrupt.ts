/** Whoever asks to end. */

export interface Interrupt {
  readonly heard: boolean;
  stop(): void;
}

/**
 * Notes that somebody asks to end, by Ctrl-C or more politely. Asking twice changes nothing: npm passes on what the
 * terminal has sent to everybody already.
 */
export function listen(): Interrupt {
  const signals = ["SIGINT", "SIGTERM"] as const;
  let heard = false;
  const note = (): void => void (heard = true);
  for (const signal of signals) process.on(signal, note);
  return {
    get heard() {
      return heard;
    },
    stop: () => signals.forEach((signal) => process.off(signal, note)),
  };
}
