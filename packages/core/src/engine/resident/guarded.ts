import type { Executable } from "../engine.ts";

/** An executable that asks whether its engine is still there before it does anything but leave. */
export const guarded = (loaded: Required<Executable>, checkAlive: () => void): Executable => ({
  run: (...given) => {
    checkAlive();
    return loaded.run(...given);
  },
  timed: (clock) => {
    checkAlive();
    return loaded.timed(clock);
  },
  footprint: () => loaded.footprint(),
  dispose: () => loaded.dispose(),
});
