/**
 * One record of a stream: its length in bytes as decimal digits, a newline, its bytes. Nothing follows.
 *
 * A record is never empty: readers of Mesos's streams take a length of 0 for the end, or for a broken stream.
 */
export function encodeRecord(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) {
    throw new RangeError("A record must not be empty");
  }
  const header = `${bytes.length}\n`;
  const record = new Uint8Array(header.length + bytes.length);
  for (let i = 0; i < header.length; i++) {
    record[i] = header.charCodeAt(i);
  }
  record.set(bytes, header.length);
  return record;
}
