import { defineConfig } from "vitest/config";

// The packages of the workspace are tested as source: nothing has to be built first.
const conditions = ["development"];

const everywhere = {
  resolve: { conditions },
  ssr: { resolve: { conditions } },
};

const skipped = ["**/node_modules/**", "**/dist/**"];

export default defineConfig(({ mode }) => ({
  test: {
    reporters: ["default", "./scripts/summary-reporter.ts"],
    pool: "threads",
    env: { UNROLL_RUNS: process.env.UNROLL_RUNS ?? (mode === "deep" ? "deep" : "") },
    projects: [
      {
        ...everywhere,
        test: {
          name: "unit",
          include: ["{packages,examples,docs,scripts}/**/*.test.ts"],
          exclude: [...skipped, "**/*.property.test.ts"],
        },
      },
      {
        ...everywhere,
        test: {
          name: "property",
          include: ["**/*.property.test.ts"],
          exclude: skipped,
          setupFiles: ["./scripts/property-runs.ts"],
        },
      },
      {
        ...everywhere,
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
