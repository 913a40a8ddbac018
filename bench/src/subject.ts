/** A workload on one of our engines, as a process: `subject WORKLOAD CASE ENGINE THREADS`. */
import { catalogue, type Name } from "./catalogue.ts";
import { stopwatch, type Duration } from "./clock.ts";
import { engines, type EngineName } from "./engines.ts";
import { serve } from "./serve.ts";

const [name, which, engine, threads] = process.argv.slice(2) as [Name, string, EngineName, string];

await serve(() => {
  let passed = stopwatch();
  let compilation: Duration | undefined;
  const prepared = catalogue[name].cases.get(which)!.prepare({
    engine: engines[engine](Number(threads)),
    onCompile: () => (compilation = passed()),
  });
  // The first step begins with compiling.
  passed = stopwatch();
  return {
    step: () => prepared.step(),
    get compilation() {
      return compilation;
    },
  };
});
