/** Buffers start on multiples of this: a line of the processor's cache. */
export const alignment = 64;

/** The next multiple of the alignment. */
export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;
