/** A prime: a piece that is lost or doubled, of whatever length, shifts what follows. */
const CYCLE = 251;

/** Bytes that count up, from the one that stands at `position` of the stream. */
export function countFrom(position: number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (position + index) % CYCLE));
}
