import type { Graph } from "@unroll/core";
import { pictureOf, type PictureOptions } from "./build.ts";
import { dotOf } from "./dot.ts";
import { foldedBoxes } from "./fold.ts";
import { renderSvg } from "./graphviz.ts";
import type { Picture } from "./picture.ts";

/** How a graph is drawn. */
export interface DrawOptions extends PictureOptions {
  /**
   * Label paths that are drawn as one box each: `["encoder"]`; `"scan"` folds every scan. Default: none in a graph that
   * can be taken in at a glance, and in a larger one as many as it takes, from the innermost out.
   */
  readonly fold?: readonly string[];
  /** From top to bottom, the default, or from left to right. */
  readonly direction?: "TB" | "LR";
}

/** A graph, drawn. */
export interface Drawing {
  /** In the language of Graphviz. */
  readonly dot: string;
  /** A document of its own; operands, types and source lines appear on hover. */
  readonly svg: string;
  /** The vertices, edges and boxes, for pictures of another kind. */
  readonly picture: Picture;
}

/**
 * A graph as a picture: values flow from top to bottom; a scan is a box with its body inside, and dashed edges lead to
 * the next step.
 *
 * Parameters are amber, inputs blue, outputs green with a double border, what a derivative has made violet. A value is
 * called by its labels, and labels with a path (`encoder.h`) put it in a box.
 *
 *     writeFileSync("cell.svg", draw(trace(loss, params, x, y)).svg);
 */
export function draw(graph: Graph, options: DrawOptions = {}): Drawing {
  const picture = pictureOf(graph, options);
  const dot = dotOf(picture, foldedBoxes(picture, options.fold), options.direction ?? "TB");
  return {
    dot,
    picture,
    get svg() {
      return renderSvg(dot);
    },
  };
}
