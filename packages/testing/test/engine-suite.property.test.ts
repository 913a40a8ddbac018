import { reference } from "@unroll/core";
import { engineSuite } from "@unroll/testing/vitest";

engineSuite(reference);
