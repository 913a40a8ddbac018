import type { Attributes, Box, Kind } from "./picture.ts";

/** How each kind of vertex looks. */
export const looks: Readonly<Record<Kind, Attributes>> = {
  parameter: { shape: "box", style: "filled", fillcolor: "#fdf0d0", color: "#c08a1e" },
  input: { shape: "box", style: "rounded,filled", fillcolor: "#dcebfa", color: "#3f78b5" },
  carry: { shape: "box", style: "rounded,filled", fillcolor: "#d8f0ea", color: "#2b8a78" },
  sequence: { shape: "box", style: "rounded,filled", fillcolor: "#dcebfa", color: "#3f78b5" },
  constant: { shape: "box", style: "rounded,filled", fillcolor: "#f1f2f4", color: "#c3c8d0" },
  op: { shape: "box", style: "rounded,filled", fillcolor: "#ffffff", color: "#8a93a3" },
  output: { shape: "box", style: "rounded,filled", fillcolor: "#def3dc", color: "#4a9a44", peripheries: "2" },
};

/** What a derivative has made. */
export const backward: Attributes = { fillcolor: "#f2eafb", color: "#8f6bbf" };

/** The node that failed. */
export const failing: Attributes = {
  fillcolor: "#e5383b",
  color: "#9d0208",
  fontcolor: "#ffffff",
  penwidth: "2",
};

/** What a pass has put there, or will take away. */
export const added: Attributes = { fillcolor: "#d3f3d0", color: "#2f8f2f", penwidth: "1.6" };
export const removed: Attributes = { fillcolor: "#fbdcdc", color: "#c04848", penwidth: "1.6" };

export const boxes: Readonly<Record<Box["kind"], Attributes>> = {
  scan: { style: "rounded,filled", fillcolor: "#f7f9fc", color: "#7d8aa0", penwidth: "1.4" },
  label: { style: "rounded,dashed", fillcolor: "#f4f0e2", color: "#b3a06a", fontcolor: "#8a7430" },
  inputs: { fillcolor: "#fdf0d0", color: "#c08a1e" },
  expression: { fillcolor: "#ffffff", color: "#8a93a3" },
};
