#!/usr/bin/env node
// unroll-native: what the package has to say at the command line. It imports nothing that has to be installed.
import { existsSync } from "node:fs";
import { Cache, defaultFolder } from "./toolchain/cache.ts";

const usage = `usage: unroll-native cache [--clear]

  cache          where compiled programs are kept, and how many bytes they have
  cache --clear  remove them`;

function main([what, option, ...others]: readonly string[]): number {
  if (what !== "cache" || others.length > 0 || (option !== undefined && option !== "--clear")) {
    console.error(usage);
    return what === "--help" || what === "-h" ? 0 : 2;
  }
  const folder = defaultFolder();
  if (!existsSync(folder)) {
    console.log(`${folder}: nothing is kept.`);
    return 0;
  }
  try {
    const cache = new Cache(folder);
    if (option === undefined) console.log(`${folder}: ${cache.size} bytes are kept.`);
    else console.log(`${folder}: ${cache.clear()} bytes are removed.`);
    return 0;
  } catch (error) {
    console.error(`unroll-native: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
