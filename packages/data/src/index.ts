// The public names of data, and nothing else.
export { addingProblem, type AddingProblem, type AddingProblemOptions } from "./adding-problem.ts";
export type { Batch, Batches } from "./batches.ts";
export { byteVocabulary, type ByteVocabulary } from "./byte-vocabulary.ts";
export { codePointVocabulary, type CodePointOptions } from "./code-point-vocabulary.ts";
export { copyMemory, type CopyMemory, type CopyMemoryOptions } from "./copy-memory.ts";
export { DataError } from "./error.ts";
export { partition, type Fractions, type Partition } from "./partition.ts";
export type { SelectionOptions } from "./select-symbols.ts";
export { stream, type Stream, type StreamOptions } from "./stream.ts";
export type { Decoder, EncodeOptions, Vocabulary, VocabularyJSON } from "./vocabulary.ts";
export { vocabularyFromJSON } from "./vocabulary-json.ts";
export { wordVocabulary, type WordOptions } from "./word-vocabulary.ts";
