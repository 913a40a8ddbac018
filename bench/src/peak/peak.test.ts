import { expect, test } from "vitest";
import { Peak } from "./peak.ts";

test("threads are added up", async () => {
  const peak = await Peak.start(2);
  try {
    expect(await peak.gflops(0.01, "wall")).toBeGreaterThan(0);
    expect(await peak.gflops(0.01, "wall")).toBeLessThan(Infinity);
  } finally {
    await peak.stop();
  }
});
