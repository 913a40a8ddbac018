import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that is installed, if one is. */
export const browser: string | undefined = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find(existsSync);

/** Milliseconds after which a page that tells nothing is given up. */
export const patience = 200_000;

/** What a page and all that it loads must be served with to have memory that threads share. */
const isolating = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The program of the page as one file, with the packages as source, and our runner where it asks for vitest. */
export async function bundlePage(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "unroll-page-"));
  const runner = fileURLToPath(new URL("runner.ts", import.meta.url));
  await build({
    entry: { page: fileURLToPath(new URL("page.ts", import.meta.url)) },
    outDir,
    format: "esm",
    splitting: false,
    platform: "browser",
    target: "es2024",
    dts: false,
    config: false,
    silent: true,
    noExternal: [/./],
    esbuildOptions: (options) => {
      options.conditions = ["development"];
    },
    esbuildPlugins: [
      {
        name: "runner",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^vitest$/ }, ({ importer }) =>
            importer === runner ? undefined : { path: runner },
          ),
      },
    ],
  });
  const program = readFileSync(join(outDir, "page.js"), "utf8");
  rmSync(outDir, { recursive: true });
  return program;
}

/** Run a program in a page, isolated from other origins or not, until it posts a report. */
export async function reportOf(program: string, options: { readonly isIsolated: boolean }): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "unroll-browser-"));
  const told = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    if (options.isIsolated)
      for (const [name, value] of Object.entries(isolating)) response.setHeader(name, value);
    if (request.method === "POST") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => told.resolve(JSON.parse(body)));
      response.end();
    } else if (request.url === "/page.js") {
      response.setHeader("Content-Type", "text/javascript").end(program);
    } else {
      const page = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
        <script>onerror = (message) => fetch("report", { method: "POST", body: JSON.stringify(message) })</script>
        <script type="module" src="page.js"></script>`;
      response.setHeader("Content-Type", "text/html").end(page);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  // Its sandbox does not work for the superuser, who is who tests run as in most containers.
  const flags = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const child = spawn(
    browser!,
    [
      "--headless",
      "--disable-gpu",
      "--no-first-run",
      `--user-data-dir=${profile}`,
      ...flags,
      `http://localhost:${port}/`,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => told.reject(new Error("the browser ended before it told anything")));
  const alarm = setTimeout(() => told.reject(new Error("the page has told nothing for too long")), patience);
  try {
    return await told.promise;
  } finally {
    clearTimeout(alarm);
    child.kill();
    await ended;
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
