/** The version of the tables; a database with a higher one is refused. */
export const SCHEMA_VERSION = 1;

/** Marks the database as ours in its header: "Flld" in ASCII. Source: SQLite file format, section 1.3.17. */
export const APPLICATION_ID = 0x466c6c64;

/** Bytes of values that wait to be written: a disk that does not keep up must not fill the memory. */
export const MAX_WAITING_BYTES = 64 * 1024 * 1024;
