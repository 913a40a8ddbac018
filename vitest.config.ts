import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The packages of the workspace are tested as source: nothing has to be built first.
const conditions = ["development"];

const skipped = ["**/node_modules/**", "**/dist/**"];

export default defineConfig(({ mode }) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: ["default", "./scripts/summary-reporter.ts"],
    pool: "forks",
    // Test files share their process, because loading all of core anew takes longer than most files run: 80 files over
    // 120 modules took 4 s instead of 19. So a test that changes something global has to put it back.
    isolate: false,
    // By default one core is left to others, which is half of a small machine.
    maxWorkers: "100%",
    env: {
      // What tests compile does not fill the cache of whoever runs them.
      UNROLL_CACHE:
        process.env.UNROLL_CACHE ?? fileURLToPath(new URL("node_modules/.cache/native", import.meta.url)),
      UNROLL_RUNS: process.env.UNROLL_RUNS ?? (mode === "deep" ? "deep" : ""),
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{packages,examples,bench,docs,scripts}/**/*.test.ts"],
          exclude: [...skipped, "**/*.property.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "property",
          include: ["**/*.property.test.ts"],
          exclude: skipped,
          setupFiles: ["./scripts/property-runs.ts"],
          // Forty times the cases take forty times as long.
          testTimeout: mode === "deep" ? 300_000 : 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["**/*.test-d.ts"],
            tsconfig: "./tsconfig.test.json",
            // Errors outside the type tests are the business of `pnpm typecheck`.
            ignoreSourceErrors: true,
          },
        },
      },
    ],
  },
}));
