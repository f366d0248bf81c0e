/** Largest record that a decoder takes unless it is told otherwise: as large as the largest request body by default. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** Digits of a length: more than any bound needs, and what a peer that sends none can make a decoder keep. */
export const MAX_LENGTH_DIGITS = 20;

/** What is allocated at least for a record that comes in several chunks: most records fit, few are copied as they grow. */
export const MIN_BUFFER_BYTES = 4096;
