import { engineSuite } from "@unroll/testing/vitest";
import { describe } from "vitest";
import { threaded } from "../../core/test/threaded.ts";
import { skip } from "./wasm-skips.ts";

describe("on two threads", () => engineSuite(() => threaded(2, true), { skip }));
describe("on two threads with separate roundings", () => engineSuite(() => threaded(2), { skip }));
