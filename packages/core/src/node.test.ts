import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { load, loadAll, save } from "./node.ts";
import { tensor } from "./tensor/tensor.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unroll-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tree = {
  params: {
    w: tensor([
      [1, 2],
      [3, 4],
    ]),
  },
  count: tensor(Int32Array.of(7)),
};

test("what was saved is loaded, and no other file is left", () => {
  const file = join(folder, "run.safetensors");
  save(file, tree, { position: "12400" });
  const loaded = load(file, tree);
  expect(loaded.tree.params.w.data).toEqual(Float32Array.of(1, 2, 3, 4));
  expect(loaded.tree.count.data).toEqual(Int32Array.of(7));
  expect({ ...loaded.metadata }).toEqual({ position: "12400" });
  expect(Object.keys(loadAll(file).tensors)).toEqual(["count", "params.w"]);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
});

test("missing folders are made", () => {
  const file = join(folder, "a", "b", "run.safetensors");
  save(file, tree);
  expect(load(file, tree).tree.count.shape).toEqual([1]);
});

test("a file is replaced as a whole", () => {
  const file = join(folder, "run.safetensors");
  save(file, { x: tensor(new Float32Array(1000)) });
  save(file, tree);
  expect(Object.keys(loadAll(file).tensors)).toEqual(["count", "params.w"]);
});

test("a tree that cannot be saved leaves the old file as it was", () => {
  const file = join(folder, "run.safetensors");
  save(file, tree);
  const before = readFileSync(file);
  expect(() => save(file, { w: { "~leaf": "param" } } as never)).toThrowErrorMatchingInlineSnapshot(
    `[TreeError: encode: w is a param, not a Tensor.]`,
  );
  expect(readFileSync(file)).toEqual(before);
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
});

test("the temporary file is removed when the file cannot be replaced", () => {
  const file = join(folder, "run.safetensors");
  mkdirSync(file);
  expect(() => save(file, tree)).toThrow();
  expect(readdirSync(folder)).toEqual(["run.safetensors"]);
});

test("messages name the file", () => {
  const file = join(folder, "run.safetensors");
  const shown = (run: () => unknown) => () => {
    try {
      run();
    } catch (error) {
      throw new Error((error as Error).message.replaceAll(folder, "runs"));
    }
  };
  expect(shown(() => load(file, tree))).toThrowErrorMatchingInlineSnapshot(
    `[Error: load: runs/run.safetensors does not exist.]`,
  );
  expect(shown(() => loadAll(file))).toThrowErrorMatchingInlineSnapshot(
    `[Error: loadAll: runs/run.safetensors does not exist.]`,
  );
  save(file, tree);
  expect(shown(() => load(file, { ...tree, count: tensor([1, 2]) }))).toThrowErrorMatchingInlineSnapshot(
    `[Error: load: runs/run.safetensors does not fit: count i32[1] in the file, f32[2] here.]`,
  );
  writeFileSync(file, "text");
  expect(shown(() => load(file, tree))).toThrowErrorMatchingInlineSnapshot(
    `[Error: load: runs/run.safetensors: 4 bytes are too few for the length of a header.]`,
  );
});

test("a process that is killed while it saves leaves a whole file", async () => {
  const file = join(folder, "run.safetensors");
  const program = `
    import { save } from ${JSON.stringify(new URL("./node.ts", import.meta.url).href)};
    import { tensor } from ${JSON.stringify(new URL("./tensor/tensor.ts", import.meta.url).href)};
    for (let n = 0; ; n++) {
      save(${JSON.stringify(file)}, { x: tensor(new Float32Array(100_000 + 100_000 * (n % 2)).fill(n)) });
      if (n === 3) console.log("saving");
    }`;
  for (const wait of [0, 3, 7]) {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", program]);
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, wait));
    child.kill("SIGKILL");
    await once(child, "exit");
    const { data } = loadAll(file).tensors["x"]!;
    expect(data.length).toBe(data[0]! % 2 === 0 ? 100_000 : 200_000);
    expect(data.every((n) => n === data[0])).toBe(true);
  }
});

test("a working directory that has been deleted is an error, and not a search without end", () => {
  const program = `
    import { rmdirSync } from "node:fs";
    import { save } from ${JSON.stringify(new URL("./node.ts", import.meta.url).href)};
    rmdirSync(process.env.DELETED);
    save("runs/1/run.safetensors", {});`;
  const cwd = join(folder, "deleted");
  mkdirSync(cwd);
  const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    cwd,
    env: { ...process.env, DELETED: cwd },
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(signal).toBeNull();
  expect(stderr).toContain("ENOENT");
}, 30_000);
