/**
 * The program of a worker, as a string: bundlers have no file to find, and a page needs none to serve.
 *
 * A worker that has nothing to do sleeps until the ticket changes. It goes back to its event loop, where messages are,
 * as long as it has not dealt with all that were posted. The first message says who it is; later ones bring programs
 * and take them away. When it is asked to take part in a run it says so, and runs its share if it is told to.
 */
export const workerSource = `"use strict";
const node = typeof process === "object" ? process.getBuiltinModule?.("node:worker_threads") : undefined;
const port = node ? node.parentPort : self;
const programs = new Map();
let here, words, handled = 0;

port.onmessage = ({ data }) => {
  if (data.words) {
    here = data;
    words = new Int32Array(here.memory.buffer);
  } else if (data.module) {
    programs.set(data.program, instantiate(data.module));
  } else {
    programs.delete(data.program);
  }
  Atomics.store(words, here.words.read, ++handled);
  Atomics.notify(words, here.words.read);
  serve();
};

function instantiate(module) {
  const unroll = { memory: here.memory, scratch: here.scratch, maySleep: 1 };
  // Functions of JavaScript are called by the main thread.
  for (const { name, kind } of WebAssembly.Module.imports(module)) if (kind === "function") unroll[name] = () => {};
  return new WebAssembly.Instance(module, { unroll }).exports;
}

function serve() {
  const { ticket, mail, state } = here.words;
  for (;;) {
    const seen = Atomics.load(words, ticket);
    if (Atomics.load(words, mail) !== handled) return;
    if (Atomics.compareExchange(words, state, here.states.asked, here.states.ready) === here.states.asked) takePart();
    else rest(ticket, seen);
  }
}

function takePart() {
  const { state, program, phase, failed } = here.words;
  Atomics.notify(words, state);
  while (Atomics.load(words, state) === here.states.ready) rest(state, here.states.ready);
  if (Atomics.load(words, state) !== here.states.going) return;
  const { [here.share]: share, barrier } = programs.get(Atomics.load(words, program));
  try {
    share();
  } catch (error) {
    Atomics.store(words, failed, Atomics.load(words, phase));
    barrier();
    throw error;
  }
}

// Wait until a word is no longer what it was: awake at first, because waking up takes some tens of microseconds.
function rest(at, value) {
  for (let turn = 0; turn < here.spins; turn++) if (Atomics.load(words, at) !== value) return;
  Atomics.wait(words, at, value);
}
`;
