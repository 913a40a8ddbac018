/** Falling curves as SVG, on a logarithmic axis: several panels with a legend each. */

export interface Curve {
  readonly name: string;
  readonly losses: readonly number[];
}

export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const colours = [
  "#1f77b4",
  "#ff7f0e",
  "#2ca02c",
  "#d62728",
  "#9467bd",
  "#8c564b",
  "#e377c2",
  "#7f7f7f",
  "#17becf",
];
const [width, height, left, top, legend] = [250, 200, 44, 28, 14];

export function curvesSvg(panels: readonly Panel[]): string {
  const most = Math.max(...panels.map(({ curves }) => curves.length));
  const [stepX, stepY] = [width + left + 24, height + top + 44 + legend * Math.ceil(most / 2)];
  const rows = Math.ceil(panels.length / 2);
  const drawn = panels.map((panel, i) => {
    const [x, y] = [left + (i % 2) * stepX, top + Math.floor(i / 2) * stepY];
    return `<g transform="translate(${x} ${y})">\n${drawPanel(panel)}\n</g>`;
  });
  const [w, h] = [2 * stepX, rows * stepY];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="sans-serif" font-size="11" fill="#333">`;
  return `${[head, `<rect width="${w}" height="${h}" fill="#fff"/>`, ...drawn, "</svg>"].join("\n")}\n`;
}

function drawPanel({ title, curves }: Panel): string {
  const steps = Math.max(...curves.map(({ losses }) => losses.length));
  const all = curves.flatMap(({ losses }) => losses.map((loss) => Math.log10(loss)));
  const low = Math.floor(Math.min(...all));
  const high = Math.min(Math.ceil(Math.max(...all)), 1);
  const x = (step: number): number => (width * step) / (steps - 1);
  const y = (loss: number): number => height * (1 - (Math.min(Math.log10(loss), high) - low) / (high - low));
  const every = Math.ceil((high - low) / 6);
  const ticks = Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, i) => low + i * every);
  const grid = ticks.map((power) => {
    const at = y(10 ** power).toFixed(1);
    return `<path d="M0 ${at}H${width}" stroke="#ddd"/><text x="-6" y="${at}" text-anchor="end" dominant-baseline="middle">1e${power}</text>`;
  });
  const lines = curves.map(({ losses }, i) => {
    const points = thinned(losses).map(([step, loss]) => `${x(step).toFixed(1)} ${y(loss).toFixed(1)}`);
    return `<path d="M${points.join("L")}" fill="none" stroke="${colours[i % colours.length]}" stroke-width="1.3"/>`;
  });
  const names = curves.map(({ name }, i) => {
    const [nx, ny] = [(i % 2) * (width / 2), height + 34 + legend * Math.floor(i / 2)];
    return `<path d="M${nx} ${ny - 4}h12" stroke="${colours[i % colours.length]}" stroke-width="2"/><text x="${nx + 16}" y="${ny}">${name}</text>`;
  });
  const ends = `<text x="0" y="${height + 14}">0</text><text x="${width}" y="${height + 14}" text-anchor="end">${steps - 1} evaluations</text>`;
  return [`<text x="0" y="-10" font-size="13">${title}</text>`, ...grid, ends, ...lines, ...names].join("\n");
}

/** At most so many points that the picture stays small, the last one among them. */
function thinned(losses: readonly number[]): (readonly [number, number])[] {
  const every = Math.max(1, Math.floor(losses.length / 80));
  return losses
    .map((loss, step) => [step, loss] as const)
    .filter(([step]) => step % every === 0 || step === losses.length - 1);
}
