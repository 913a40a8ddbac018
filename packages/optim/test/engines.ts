import { reference, type Engine } from "@unroll/core";

/** The engines that must agree on every optimiser; the first is the oracle. The fast ones join here. */
export const engines: readonly (readonly [name: string, make: () => Engine])[] = [["reference", reference]];
