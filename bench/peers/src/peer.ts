/** A workload on another library, as a process: `peer LIBRARY VARIANT WORKLOAD THREADS`. */
import { serve } from "../../src/serve.ts";
import type { Compared, Library } from "./library.ts";

const [name, variant, workload, threads] = process.argv.slice(2) as [string, string, Compared, string];

/** Each in a file of its own, so that a process loads no other. */
const libraries: Readonly<Record<string, () => Promise<{ readonly library: Library }>>> = {
  jax: () => import("./jax.ts"),
  tensorflow: () => import("./tensorflow.ts"),
  onnx: () => import("./onnx.ts"),
};

await serve(async () => {
  const { library } = await libraries[name]!();
  return library[variant]![workload]!(Number(threads));
});
