import { wasm } from "@unroll/core/wasm";
import { engineSuite } from "@unroll/testing/vitest";
import { describe } from "vitest";
import { skip } from "./wasm-skips.ts";

describe("with multiply-adds as the host has them", () => engineSuite(() => wasm({ threads: 1 }), { skip }));
describe("with separate roundings", () => engineSuite(() => wasm({ threads: 1, relaxed: false }), { skip }));
