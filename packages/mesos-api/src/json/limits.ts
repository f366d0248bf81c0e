/** Levels of objects and arrays within each other; libprotobuf, which Mesos's clients use, reads as many. */
export const MAX_DEPTH = 100;

/** Objects and arrays of one text: a few bytes each, and a hundred and more as an object. Far more than any call has use for. */
export const MAX_VALUES = 1_000_000;

/** Missing fields that one error names, and characters of a value that it quotes: an error stays readable whatever was sent. */
export const MAX_MISSING = 32;
export const MAX_QUOTE = 100;
