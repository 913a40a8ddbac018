/** How time is taken, in milliseconds. */
export const clocks = {
  wall: () => performance.now(),
  /** Of the process. On a machine that others use too it says what one thread would take if they did not. */
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
} as const satisfies Readonly<Record<string, () => number>>;

export type Clock = keyof typeof clocks;

/** Milliseconds by either clock. */
export type Duration = Readonly<Record<Clock, number>>;

/** Starts to take time: what is returned says how much has passed. */
export function stopwatch(): () => Duration {
  const start = { wall: clocks.wall(), cpu: clocks.cpu() };
  return () => ({ wall: clocks.wall() - start.wall, cpu: clocks.cpu() - start.cpu });
}
