import { add, div, expm1, mul, type Value } from "@unroll/core";

/** The exponential moving average after one more number. */
export const average = (decay: number, old: Value, now: Value): Value =>
  add(mul(decay, old), mul(1 - decay, now));

/**
 * What makes an average of `step` numbers that started from 0 unbiased: 1 / (1 - decay^step).
 *
 * In f32, 1 - 0.999^1 as it stands would be wrong by 5e-5, for 0.999 has no closer f32.
 */
export const correction = (decay: number, step: Value): Value => div(-1, expm1(mul(Math.log(decay), step)));
