import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, encode, tensor } from "@unroll/core";
import { afterAll, describe, expect, test } from "vitest";
import { fileLogger } from "../node.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { epochMeans } from "./epoch-means.ts";
import { logger, type LogFormat, type LogRow } from "./logger.ts";

const logged = (format: LogFormat, ...rows: readonly LogRow[]): string => {
  let text = "";
  const log = logger({ write: (line) => (text += line), format });
  for (const row of rows) log.add(row);
  return text;
};

describe("logger", () => {
  test("a csv has a header, and every digit", () => {
    expect(logged("csv", { step: 1, loss: 0.1 + 0.2 }, { loss: NaN, step: 2 })).toBe(
      "step,loss\n1,0.30000000000000004\n2,NaN\n",
    );
  });

  test("cells with commas, quotes and lines are quoted", () => {
    expect(logged("csv", { 'a "b"': "x,y", c: "1\n2" })).toBe('"a ""b""",c\n"x,y","1\n2"\n');
  });

  test("JSON lines may differ in what they hold", () => {
    expect(logged("jsonl", { step: 1, loss: Infinity }, { best: true })).toBe(
      '{"step":1,"loss":"Infinity"}\n{"best":true}\n',
    );
  });

  test("a csv row with other columns is refused", () => {
    expect(() => logged("csv", { step: 1, loss: 2 }, { step: 2, accuracy: 1 }))
      .toThrowErrorMatchingInlineSnapshot(`
      [UnrollError: logger: the row has step, accuracy; the columns are step, loss.
      Give every row all columns, or choose the format "jsonl".]
    `);
  });
});

describe("fileLogger", () => {
  const folder = mkdtempSync(join(tmpdir(), "unroll-log-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("rows stand in the file at once, and a resumed run goes on without a second header", () => {
    const file = join(folder, "deep/run.csv");
    const log = fileLogger(file);
    log.add({ step: 1, "a,b": 2 });
    expect(readFileSync(file, "utf8")).toBe('step,"a,b"\n1,2\n');
    // What is left of a row when the process is killed.
    writeFileSync(file, `${readFileSync(file, "utf8")}2,`);
    fileLogger(file, { append: true }).add({ "a,b": 4, step: 3 });
    expect(readFileSync(file, "utf8")).toBe('step,"a,b"\n1,2\n3,4\n');
    expect(() => fileLogger(file, { append: true }).add({ step: 4 })).toThrow("the columns are step, a,b");
    fileLogger(file).add({ x: 1 });
    expect(readFileSync(file, "utf8")).toBe("x\n1\n");
  });

  test("the name tells the format", () => {
    const file = join(folder, "run.jsonl");
    fileLogger(file).add({ step: 1 });
    fileLogger(file, { append: true }).add({ other: "x" });
    expect(readFileSync(file, "utf8")).toBe('{"step":1}\n{"other":"x"}\n');
  });
});

describe("epochMeans", () => {
  test("batches count by their weights, and metrics by the batches that have them", () => {
    const epoch = epochMeans();
    epoch.add({ loss: 1, accuracy: tensor(0.5) }, 30);
    epoch.add({ loss: 4 }, 10);
    expect(epoch.means()).toEqual({ loss: 1.75, accuracy: 0.5 });
    epoch.clear();
    epoch.add({ loss: tensor([2]) });
    expect(epoch.means()).toEqual({ loss: 2 });
    expect(() => epoch.add({ loss: tensor([1, 2]) })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: epochMeans: loss has the shape [2].
      Reduce it in the step, e.g. with mean.]
    `);
  });
});

describe("confusionMatrix", () => {
  /** 3 cats, of which one is taken for a dog; 2 dogs; 1 bird, taken for a cat. */
  const filled = () => {
    const confusion = confusionMatrix(["cat", "dog", "bird"]);
    for (const [prediction, target] of [
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 1],
      [1, 1],
      [0, 2],
      [2, -1],
    ] as const)
      confusion.add(prediction, target);
    return confusion;
  };

  test("rows are targets and columns predictions; targets below 0 are left out", () => {
    expect(filled().counts).toEqual([
      [2, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
  });

  test("the measures by hand", () => {
    const { total, accuracy, classes, macro, weighted } = filled().measures();
    expect([total, accuracy]).toEqual([6, 4 / 6]);
    const [cat, dog, bird] = classes;
    expect(cat).toEqual({
      name: "cat",
      count: 3,
      accuracy: 4 / 6,
      precision: 2 / 3,
      recall: 2 / 3,
      f1: 2 / 3,
      overlap: 2 / 4,
      falseAcceptance: 1 / 3,
    });
    expect([dog!.precision, dog!.recall, dog!.f1, dog!.overlap]).toEqual([2 / 3, 1, 4 / 5, 2 / 3]);
    expect([bird!.precision, bird!.recall, bird!.f1, bird!.falseAcceptance]).toEqual([NaN, 0, 0, 0]);
    expect(macro.precision).toBeCloseTo(2 / 3, 15);
    expect(macro.recall).toBeCloseTo((2 / 3 + 1 + 0) / 3, 15);
    expect(macro.f1).toBeCloseTo((2 / 3 + 4 / 5) / 3, 15);
    expect(weighted.f1).toBeCloseTo((3 * (2 / 3) + 2 * (4 / 5)) / 6, 15);
    // Recall weighted by the classes' sizes is the accuracy.
    expect(weighted.recall).toBeCloseTo(accuracy, 15);
  });

  test("scores, one-hot targets and batches are counted as classes are", () => {
    const [single, batch, scores] = [confusionMatrix(3), confusionMatrix(3), confusionMatrix(3)];
    single.add([0.1, 0.7, 0.2], [0, 0, 1]);
    single.add(Float32Array.of(3, 3, 1), 1);
    const targets = tensor([[2], [1], [-1]], { dtype: "i32" });
    batch.addBatch(tensor([[1], [0], [2]], { dtype: "i32" }), targets);
    scores.addBatch(tensor([[[0.1, 0.7, 0.2]], [[3, 3, 1]], [[0, 0, 9]]]), targets);
    expect(batch.counts).toEqual(single.counts);
    expect(scores.counts).toEqual(single.counts);
  });

  test("its counts go through a checkpoint, and can be cleared", () => {
    const other = confusionMatrix(3);
    other.state = decode(encode({ counts: filled().state }), { counts: other.state }).tree.counts;
    expect(other.counts).toEqual(filled().counts);
    other.clear();
    expect(other.measures().total).toBe(0);
  });

  test("as text", () => {
    expect(filled().text()).toMatchInlineSnapshot(`
      "          cat  dog  bird  precision  recall     F1
      cat         2    1     0      66.7%   66.7%  66.7%
      dog         0    2     0      66.7%  100.0%  80.0%
      bird        1    0     0          -    0.0%   0.0%
      mean                          66.7%   55.6%  48.9%
      weighted                      66.7%   66.7%  60.0%
      accuracy 66.7% of 6
      "
    `);
  });

  test("as a picture: a cell per pair, names escaped", () => {
    const confusion = confusionMatrix(["a<b", "c"]);
    confusion.add(0, 0);
    confusion.add(1, 0);
    confusion.add(1, 0);
    confusion.add(1, 0);
    const svg = confusion.svg();
    expect(svg.match(/<rect /g)).toHaveLength(4);
    expect(svg).toContain('fill-opacity="0.750"');
    expect(svg).toContain("<title>a&#60;b taken for c: 3 of 4</title>");
    expect(svg).not.toContain("a<b");
  });

  test("what is no class is refused", () => {
    const confusion = confusionMatrix(2);
    expect(() => confusion.add(2, 0)).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: confusionMatrix: the prediction 2 is none of the 2 classes.]`,
    );
    expect(() => confusion.add(0, 0.5)).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: confusionMatrix: the target 0.5 is none of the 2 classes.]`,
    );
    expect(() => confusion.add([1], 0)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: confusionMatrix: the prediction has 1 scores for 2 classes.]`,
    );
    expect(() =>
      confusion.addBatch(tensor([[1, 2, 3]]), tensor([1], { dtype: "i32" })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: confusionMatrix: the predictions are [1, 3] and should be [1, 2].]`,
    );
    expect(() => confusionMatrix(0)).toThrowErrorMatchingInlineSnapshot(
      `[UnrollError: confusionMatrix: there are no classes.]`,
    );
  });
});
