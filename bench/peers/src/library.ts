import type { Subject } from "../../src/serve.ts";

/** The workloads that other libraries are compared on. */
export type Compared = "W1" | "W2" | "W3" | "W4" | "W5 512x512x512" | "W5 50x256x512";

/** The ways in which users of a library would write the workloads. Those that it can't do are left out. */
export type Library = Readonly<
  Record<string, Partial<Record<Compared, (threads: number) => Promise<Pick<Subject, "step">>>>>
>;
