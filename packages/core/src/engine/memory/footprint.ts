/** What a loaded program has of its engine's memory, in bytes. */
export interface Footprint {
  /** For all buffers of its own, those that share a place counted once. */
  readonly own: number;
  /** For copies of inputs and outputs that are JavaScript's, and what else it keeps from run to run. */
  readonly copies: number;
  /** The engine's memory. Absent where it has none that is set apart. */
  readonly engine?: EngineFootprint;
}

export interface EngineFootprint {
  /** What all programs and tensors have together, and kernels may use while they run. */
  readonly taken: number;
  /** What it has grown to. WebAssembly gives nothing back. */
  readonly total: number;
  /** Of what is taken, what kernels may use while they run. */
  readonly scratch: number;
}
