import type { Callee } from "../encode/code.ts";
import type { ModuleBuilder } from "../encode/module.ts";
import * as atomic from "../encode/opcodes/atomic.ts";
import type { Place } from "../encode/opcodes/form.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import type { Control } from "./control.ts";

/** What modules call the global that says whether a thread may sleep: the main one of a page may not. */
export const maySleepName = "maySleep";

/** Turns of waiting before a thread goes to sleep: 35 us, a little less than waking one up takes. */
const spins = 100_000;

/**
 * A function that returns when all threads have called it: 1 if one of them has dropped out of the run since the last
 * time, so that the others have to leave it too, else 0. Who drops out says in which phase, and comes here once more.
 *
 * The last one to come counts the phase up, and the others wait for that. Whoever goes to sleep says so before it looks
 * at the phase for the last time, so that it is either woken up or does not fall asleep.
 */
export function barrierFunction(module: ModuleBuilder, control: Control, threads: number): Callee {
  const at = (offset: number): Place => ({ address: i32.const(0), offset });
  const [arrived, phase, asleep, failed] = [
    control.arrived,
    control.phase,
    control.asleep,
    control.failed,
  ].map(at) as [Place, Place, Place, Place];
  return module.function([], ["i32"], (f) => {
    const before = f.let("i32", atomic.load(phase));
    const isLast = f.let("i32", i32.eq(atomic.add(arrived, i32.const(1)), i32.const(threads - 1)));
    f.if(isLast, () => {
      f.do(atomic.store(arrived, i32.const(0)));
      f.do(atomic.increase(phase, i32.const(1)));
      f.if(atomic.load(asleep), () => f.do(atomic.notify(phase)));
    });
    f.if(i32.eqz(isLast), () => {
      const turn = f.let("i32", i32.const(0));
      f.loop(() => {
        f.advance(turn, 1);
        const isTired = i32.lt_u(i32.const(spins), turn);
        f.if(i32.and(isTired, module.global(maySleepName)), () => {
          f.do(atomic.increase(asleep, i32.const(1)));
          f.do(atomic.wait(phase, before));
          f.do(atomic.increase(asleep, i32.const(-1)));
        });
        return i32.eq(atomic.load(phase), before);
      });
    });
    f.do(i32.eq(atomic.load(failed), before));
  });
}
