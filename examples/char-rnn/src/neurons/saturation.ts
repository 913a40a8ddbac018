/** How often gates are as good as shut or open, as pictures. */
import type { GateRecord } from "./record.ts";

const side = 180;
const margin = 24;

/**
 * A gate's units by the shares of time that they are open and shut.
 *
 * Source: Karpathy, Johnson and Fei-Fei, Visualizing and Understanding Recurrent Networks, 2015, section 4.2.
 */
export function scatterPlot({ layer, name, shut, open }: GateRecord): string {
  const at = (share: number): string => (margin + share * (side - 2 * margin)).toFixed(1);
  const dots = Array.from(open, (x, unit) => {
    const place = `cx="${at(x)}" cy="${at(1 - shut[unit]!)}"`;
    return `<circle ${place} r="3" fill="#3b82f6" fill-opacity="0.5"><title>unit ${unit}</title></circle>`;
  });
  const size = `width="${side}" height="${side}" viewBox="0 0 ${side} ${side}"`;
  const inner = side - 2 * margin;
  return `<svg ${size} role="img" aria-label="gate ${name} of layer ${layer}">
<rect x="${margin}" y="${margin}" width="${inner}" height="${inner}" fill="none" stroke="currentColor" stroke-opacity="0.5"/>
<line x1="${at(0)}" y1="${at(0)}" x2="${at(1)}" y2="${at(1)}" stroke="currentColor" stroke-opacity="0.2"/>
${dots.join("")}
<text x="${margin}" y="14" font-size="12" fill="currentColor">${name}, layer ${layer}</text>
<text x="${margin}" y="${side - 8}" font-size="12" fill="currentColor">shut ${percent(shut)}, open ${percent(open)}</text>
</svg>`;
}

const percent = (shares: Float64Array): string =>
  `${((100 * shares.reduce((a, b) => a + b, 0)) / shares.length).toFixed(0)} %`;
