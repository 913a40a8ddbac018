/** A page that shows a text as the cells of a model see it. */
import { scatterPlot } from "./saturation.ts";
import type { Rank } from "./rank.ts";
import type { Recording } from "./record.ts";

/** A cell that the page can colour the text by. */
export interface ShownCell {
  readonly name: string;
  /** Why it is shown: "inside quotes, 0.93". */
  readonly why: string;
  /** For every symbol, from -1 to 1. */
  readonly values: readonly number[];
}

/** What the page is made of. */
export interface Page {
  readonly title: string;
  /** The symbols of the text as they are shown. */
  readonly text: readonly string[];
  readonly cells: readonly ShownCell[];
  /** The cells that tell each predicate best. */
  readonly ranking: readonly {
    readonly predicate: string;
    readonly best: readonly (Rank & { readonly name: string })[];
  }[];
  readonly recording: Pick<Recording, "expected" | "gates">;
  /** A symbol as it is shown. */
  readonly symbol: (id: number) => string;
}

/** The page as one file of HTML that needs nothing else. */
export function pageOf(page: Page): string {
  const { title, text, cells } = page;
  const values = Object.fromEntries(cells.map(({ name, values }) => [name, values.map(coarse)]));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>The colour of a symbol is what one cell holds after reading it: <span style="background:${colour(1)}">1</span>,
<span style="background:${colour(0)}">0</span>, <span style="background:${colour(-1)}">-1</span>. Below each symbol
stand the likeliest next ones, the likeliest first; the redder, the surer the model is.</p>
<label>Cell <select id="cell" autocomplete="off">
${cells.map(({ name, why }) => `<option value="${escape(name)}">${escape(`${name}: ${why}`)}</option>`).join("\n")}
</select></label>
<label><input type="checkbox" id="guesses" autocomplete="off" checked> guesses</label>
<div id="text"${text.some(isLong) ? ' class="apart"' : ""}>
${textOf(page)}
</div>
${rankingOf(page)}
${gatesOf(page)}
<script type="application/json" id="values">${JSON.stringify(values)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Words and bytes, which would run into each other. */
const isLong = (symbol: string): boolean => [...symbol].length > 1;

/** The first cell's colours stand in the page itself, so that it says something without its script. */
function textOf({ text, cells, recording, symbol }: Page): string {
  return text
    .map((shown, i) => {
      const value = cells[0]?.values[i] ?? 0;
      const below = recording.expected[i]!.map(
        ({ id, odds }) => `<i style="background:${surety(odds)}">${visible(symbol(id))}</i>`,
      ).join("");
      const end = shown === "\n" ? "<br>" : "";
      return `<span class="at"><b style="background:${colour(value)}">${visible(shown)}</b>${below}</span>${end}`;
    })
    .join("");
}

const rankingOf = ({ ranking }: Page): string => `<h2>Cells by what they tell</h2>
<table id="ranking">
<thead><tr><th>predicate<th colspan="5">cell and score: 0 is chance, 1 is certain</tr></thead>
<tbody>
${ranking.map(rankingRow).join("\n")}
</tbody>
</table>`;

const gatesOf = ({ recording }: Page): string => `<h2>Gates</h2>
<p>Each dot is a unit. To the right: its share of time above 0.9; upwards: below 0.1.</p>
<div id="gates">
${recording.gates.map(scatterPlot).join("\n")}
</div>`;

const rankingRow = ({ predicate, best }: Page["ranking"][number]): string => {
  const shown = best.map(
    ({ name, score, rises }) =>
      `<td><button data-cell="${escape(name)}">${escape(name)}</button> ${rises ? "+" : "-"}${score.toFixed(3)}`,
  );
  return `<tr><th>${escape(predicate)}${shown.length > 0 ? shown.join("") : "<td>the same all over this text"}</tr>`;
};

/** Green above 0, blue below, nothing at 0. Pages show through it, so that it suits light ones and dark ones. */
export function colour(value: number): string {
  const strength = (0.6 * Math.min(1, Math.abs(value))).toFixed(3);
  return value >= 0 ? `rgb(0 200 0 / ${strength})` : `rgb(0 0 255 / ${strength})`;
}

const surety = (odds: number): string => `rgb(255 0 0 / ${(0.8 * odds).toFixed(3)})`;

/** Two decimals are more than an eye tells apart. */
const coarse = (x: number): number => Math.round(x * 100) / 100;

const visible = (symbol: string): string =>
  symbol === "\n" ? "↵" : symbol === " " ? "&nbsp;" : symbol === "\t" ? "→" : escape(symbol);

const replacements: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => replacements[character]!);

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.4 system-ui, sans-serif; margin: clamp(1rem, 4vw, 2rem); }
h1 { font-size: clamp(1.3rem, 4vw, 2rem); line-height: 1.2; overflow-wrap: anywhere; }
#text { font: 14px/1.2 ui-monospace, monospace; margin: 1rem 0; }
.at { display: inline-flex; flex-direction: column; vertical-align: top; min-width: 0.62em; text-align: center; }
.at b { font-weight: 600; } .at i { font-style: normal; font-size: 11px; }
.apart .at { margin-right: 0.4em; }
.plain .at i { display: none; }
th { text-align: left; font-weight: 500; padding-right: 1rem; } td { padding-right: 1rem; }
#gates svg { margin-right: 1rem; }
label { margin-right: 1rem; white-space: nowrap; }
select { max-width: calc(100vw - 6rem); }
@media (max-width: 50rem) {
  #ranking tr { display: flex; flex-wrap: wrap; row-gap: 0.3rem; margin-bottom: 0.6rem; }
  #ranking th { width: 100%; }
}
`;

/** Colours the text by the chosen cell. It takes the function that coloured the page. */
const script = `
const values = JSON.parse(document.getElementById("values").textContent);
const places = document.querySelectorAll("#text b");
const choice = document.getElementById("cell");
${colour.toString()}
const show = () => values[choice.value].forEach((value, i) => { places[i].style.background = colour(value); });
choice.addEventListener("change", show);
document.getElementById("ranking").addEventListener("click", ({ target }) => {
  const { cell } = target.dataset;
  if (cell !== undefined) { choice.value = cell; show(); choice.focus({ preventScroll: true }); scrollTo(0, 0); }
});
const guesses = document.getElementById("guesses");
guesses.addEventListener("change", () =>
  document.getElementById("text").classList.toggle("plain", !guesses.checked));
`;
