let capturing = false;

/**
 * Whether nodes remember the line of the user's code that made them. Errors, reports and drawings then show it.
 * Off by default: a stack trace per node costs more than the node.
 */
export function captureSource(on: boolean): void {
  capturing = on;
}

/** This package's own folder: frames inside of it are not the user's. */
const own = new URL("..", import.meta.url).href;

/** `model.ts:12` for the nearest frame outside of this package, when capturing is on. */
export function callSite(): string | undefined {
  if (!capturing) return undefined;
  const frames = new Error("trace").stack?.split("\n").slice(1) ?? [];
  const outside = frames
    .map(locate)
    .find((at) => at !== undefined && !at.file.startsWith(own) && !at.file.startsWith("node:"));
  return outside && `${outside.file.split("/").at(-1)!}:${outside.line}`;
}

/** File and line of a stack frame, as V8, JavaScriptCore and SpiderMonkey print it. */
function locate(frame: string): { file: string; line: string } | undefined {
  const match = /\(?([^\s()@]+):(\d+):\d+\)?$/.exec(frame.trim());
  if (!match) return undefined;
  const file = match[1]!.split("?")[0]!;
  return { file: file.startsWith("/") ? `file://${file}` : file, line: match[2]! };
}
