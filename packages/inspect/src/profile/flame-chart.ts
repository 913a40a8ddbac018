import * as Plot from "@observablehq/plot";
import type { Profile } from "@unroll/core";
import { drawSvg } from "@unroll/plot";
import { barsOf, type Bar } from "./bars.ts";

/** How a flame chart is drawn. */
export interface FlameChartOptions {
  readonly title?: string;
  /** In pixels. Default: 960. */
  readonly width?: number;
}

const colors: Readonly<Record<string, string>> = {
  run: "#dfe4ec",
  loop: "#c3cfe2",
  contract: "#e8a13c",
  map: "#7fb069",
  reduce: "#8f6bbf",
  scatterAdd: "#d0615e",
  host: "#8d99ae",
};

const rowHeight = 26;
const margins = { marginTop: 48, marginLeft: 24, marginRight: 24, marginBottom: 34 };

/**
 * Where the time of a run goes, as a picture: time from left to right, loops with what is in them below, a colour for
 * each form of kernel. Names and figures appear on hover.
 *
 *     writeFileSync("step.svg", drawFlameChart(trainer.profile(batch)));
 */
export function drawFlameChart(profile: Profile, options: FlameChartOptions = {}): string {
  const { title = `${profile.sumMs.toPrecision(3)} ms on ${profile.engine}`, width = 960 } = options;
  const bars = barsOf(profile);
  const depth = Math.max(...bars.map((bar) => bar.depth)) + 1;
  const pixels = (bar: Bar): number =>
    ((bar.to - bar.from) / profile.sumMs) * (width - margins.marginLeft - margins.marginRight);
  const kinds = Object.keys(colors).filter((kind) => bars.some((bar) => bar.kind === kind) && kind !== "run");
  const box = { x1: "from", x2: "to", y1: "depth", y2: (bar: Bar) => bar.depth + 1 };
  const label = (bar: Bar): string => shortened(bar.name, pixels(bar));
  return drawSvg({
    width,
    height: depth * rowHeight + margins.marginTop + margins.marginBottom,
    ...margins,
    x: { label: "milliseconds", domain: [0, profile.sumMs], ticks: 8 },
    y: { axis: null, domain: [0, depth], reverse: true },
    marks: [
      Plot.rect(bars, {
        ...box,
        fill: (bar: Bar) => colors[bar.kind] ?? "#b9c0cb",
        inset: 0.5,
        title: tooltip,
      }),
      Plot.text(bars, {
        x: "from",
        y: (bar: Bar) => bar.depth + 0.5,
        text: label,
        textAnchor: "start",
        dx: 5,
        fontSize: 10,
        pointerEvents: "none",
      }),
      ...legend(kinds),
      Plot.text([title], { frameAnchor: "top-left", dy: -38, fontSize: 13 }),
    ],
  });
}

/** As much of a name as its bar has room for. */
function shortened(name: string, pixels: number): string {
  const room = Math.floor((pixels - 10) / 6.5);
  if (name.length <= room) return name;
  return room < 4 ? "" : `${name.slice(0, room - 1)}…`;
}

function tooltip({ name, from, to, facts }: Bar): string {
  const lines = Object.entries(facts).map(([fact, value]) => `${fact}: ${value}`);
  return [name, `${(to - from).toPrecision(3)} ms`, ...lines].join("\n");
}

/** The kinds in their colours, in a row above the picture. */
function legend(kinds: readonly string[]): Plot.Markish[] {
  const places = kinds.map((_, i) => kinds.slice(0, i).reduce((x, kind) => x + 7 * kind.length + 28, 0));
  return kinds.map((kind, i) =>
    Plot.text([`■ ${kind}`], {
      fill: colors[kind]!,
      frameAnchor: "top-left",
      textAnchor: "start",
      dx: places[i]!,
      dy: -18,
      fontSize: 12,
    }),
  );
}
