import { full, mapTree, where, type Value } from "@unroll/core";
import type { Memory } from "./memory.ts";

/** One of two memories, leaf by leaf. */
export const chooseMemory = (condition: Value, a: Memory, b: Memory): Memory =>
  mapTree((x, y) => (x === y ? x : where(condition, x, y)), a as unknown, b) as Memory;

/** Updates where the condition holds, and zeros, not the products of zeros, elsewhere. */
export const updatesIf = <P>(condition: Value, updates: P): P =>
  mapTree((dx) => where(condition, dx, full(0, dx.type)), updates);
