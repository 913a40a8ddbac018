// Drawings as files. The only source of inspect that touches Node's modules.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stages, type CompileOptions, type Graph } from "@unroll/core";
import { draw, type DrawOptions } from "./drawing/draw.ts";
import { foldedBoxes } from "./drawing/fold.ts";
import { drawPasses } from "./drawing/draw-passes.ts";
import { pageOf } from "./page/html.ts";
import type { PageStage } from "./page/viewer.ts";

/**
 * Write a drawing of a graph to a file: Graphviz text for a name that ends in .dot, a picture for .svg, and for .html a
 * page on which the picture can be moved, folded and searched, and which stands alone.
 *
 * Throws: RangeError for other names; errors of the file system as Node has them.
 *
 *     writeDrawing("step.html", trace(loss, params, x, y));
 */
export function writeDrawing(file: string, graph: Graph, options: DrawOptions = {}): void {
  const drawing = draw(graph, options);
  switch (/\.[^.]*$/.exec(file)?.[0]) {
    case ".dot":
      return writeFileSync(file, `${drawing.dot}\n`);
    case ".svg":
      return writeFileSync(file, drawing.svg);
    case ".html": {
      const { picture } = drawing;
      return writePage(file, options, [
        { name: "graph", picture, folded: [...foldedBoxes(picture, options.fold)] },
      ]);
    }
    default:
      throw new RangeError(`writeDrawing: "${file}" ends in none of .svg, .html and .dot.`);
  }
}

/**
 * Write the compiler's story to a page: the graph as it was written, and before and after each pass that changes it.
 *
 *     writePasses("passes.html", trace(loss, params, x, y));
 */
export function writePasses(file: string, graph: Graph, options: DrawOptions = {}): void {
  const pictures = drawPasses(graph, options).flatMap(({ name, before, after }) => [
    { name: `before ${name}`, picture: before.picture },
    { name: `after ${name}`, picture: after.picture },
  ]);
  const written = { name: stages(graph)[0]!.name, picture: draw(graph, options).picture };
  const all = [written, ...pictures];
  writePage(
    file,
    options,
    all.map(({ name, picture }) => ({ name, picture, folded: [...foldedBoxes(picture, options.fold)] })),
  );
}

/**
 * An `onError` that draws: the graph goes to the file, the node that failed red, below the message. Of an error while
 * the graph is built, as much as there is.
 *
 *     compile(loss, { checks: "finite", onError: drawTo("error.svg") });
 */
export function drawTo(file: string, options: DrawOptions = {}): NonNullable<CompileOptions["onError"]> {
  return (error, graph, failed) =>
    writeDrawing(file, graph, { ...options, failed, caption: `${error.name}: ${error.message}` });
}

function writePage(file: string, { direction = "TB" }: DrawOptions, pictures: readonly PageStage[]): void {
  const graphviz = readFileSync(fileURLToPath(import.meta.resolve("@viz-js/viz")), "utf8");
  const title = file
    .split(/[\\/]/)
    .at(-1)!
    .replace(/\.html$/, "");
  writeFileSync(file, pageOf(title, { stages: pictures, direction }, graphviz));
}
