/** Levels of a tree in which a removal holds descriptors at the same time; what lies deeper is moved up first. */
export const MAX_OPEN_LEVELS = 32;

/** How often a directory that is still not empty is emptied: somebody may be writing into it. */
export const ATTEMPTS_TO_EMPTY = 3;

/** Errors of one removal that are kept; more of them are only counted. */
export const MAX_KEPT_ERRORS = 10;
