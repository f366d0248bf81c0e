import { refusal } from "./refusal.ts";

/** Mesos's units: powers of 1024, whatever their names say. */
const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 };

/**
 * Parses Mesos's text of an amount of bytes, such as `16MB` or `2GB`.
 *
 * A whole number, directly followed by one of B, KB, MB, GB, TB. Throws an Error that ends in the remedy.
 *
 * Source: `Bytes::parse` in Mesos's `stout/bytes.hpp`.
 */
export function parseBytes(text: string, min: number, max: number): number {
  const match = /^([0-9]+)([KMGT]?B)$/.exec(text);
  const factor = UNITS[match?.[2] ?? ""];
  const bytes = Number(match?.[1]) * (factor ?? Number.NaN);
  if (!(bytes >= min && bytes <= max)) {
    throw refusal(
      `'${text}' is no such amount`,
      `an amount from ${formatBytes(min)} to ${formatBytes(max)}, such as 16MB`,
    );
  }
  return bytes;
}

/** Mesos's text of an amount of bytes: the largest unit in which it is whole. */
export function formatBytes(bytes: number): string {
  const unit = Object.entries(UNITS).findLast(([, factor]) => bytes >= factor && bytes % factor === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / unit[1]}${unit[0]}`;
}
