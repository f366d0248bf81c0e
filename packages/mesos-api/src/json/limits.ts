/** Levels of objects and arrays within each other; libprotobuf, which Mesos's clients use, reads as many. */
export const MAX_DEPTH = 100;

/** Missing fields that one error names, and characters of a value that it quotes: an error stays readable whatever was sent. */
export const MAX_MISSING = 32;
export const MAX_QUOTE = 100;
