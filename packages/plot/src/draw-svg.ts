import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/**
 * Anything that Observable Plot draws, as an SVG document that stands alone. It needs no browser.
 *
 *     writeFileSync("norms.svg", drawSvg({ marks: [Plot.line(rows, { x: "t", y: "norm" })] }));
 */
export function drawSvg(options: Plot.PlotOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const svg = Plot.plot({ document, ...options });
  // A file of its own needs its namespaces named; inside of a page the browser knows them.
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("font-family", "system-ui, sans-serif");
  return svg.outerHTML;
}
