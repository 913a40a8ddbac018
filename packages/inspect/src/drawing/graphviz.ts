import { instance } from "@viz-js/viz";
import { InternalError } from "@unroll/core";
import { placeText } from "./dot.ts";

// Loading Graphviz is asynchronous, and drawing is not: an error is drawn before it is thrown on.
const graphviz = await instance();

/** Graphviz text as an SVG document that stands alone. */
export function renderSvg(dot: string): string {
  const { output, errors } = graphviz.render(dot, { format: "svg" });
  if (output === undefined)
    throw new InternalError(`Graphviz refused a drawing: ${errors.map(({ message }) => message).join("; ")}`);
  // What stands before the picture says which version drew it, and would change files that are kept.
  return placeText(output.slice(output.indexOf("<svg")).replaceAll(/<!--[^]*?-->\n?/g, ""));
}
