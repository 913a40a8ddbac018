import { workerSource } from "./worker-source.ts";

/** What this engine needs of a worker, whoever the host is. */
export interface Worker {
  post(message: unknown): void;
  terminate(): void;
}

/** What a page's `Worker` and that of Node have in common. */
interface HostWorker {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

interface NodeWorker extends HostWorker {
  on(event: "error" | "exit", listener: () => void): void;
  unref(): void;
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
}

/**
 * Start a worker. `onEnd` is called when it has ended in any way.
 *
 * Throws: whatever the host throws when it lets no worker start.
 */
export function startWorker(onEnd: () => void): Worker {
  const node = nodeThreads();
  const worker = node ? startInNode(node, onEnd) : startInPage(onEnd);
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  };
}

/** Node's own workers, if this is Node; asked for in a way that leaves bundlers nothing to resolve. */
function nodeThreads(): WorkerThreads | undefined {
  if (typeof process === "undefined") return undefined;
  return process.getBuiltinModule?.("node:worker_threads") as WorkerThreads | undefined;
}

function startInNode({ Worker }: WorkerThreads, onEnd: () => void): HostWorker {
  // Flags of the process may be about its main module, which this is not.
  const worker = new Worker(workerSource, { eval: true, execArgv: [], name: "unroll" });
  worker.on("error", onEnd);
  worker.on("exit", onEnd);
  // A process that has nothing else to do ends.
  worker.unref();
  return worker;
}

function startInPage(onEnd: () => void): HostWorker {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new globalThis.Worker(url, { name: "unroll" });
  worker.addEventListener("error", onEnd);
  URL.revokeObjectURL(url);
  return worker;
}
