import { readFileSync, writeFileSync } from "node:fs";
import { failure } from "../plugin/plugin-error.ts";

/** A value in the namespace of the calling thread, without the end of its line. Errors: code 999. */
export function readSysctl(path: string): string {
  return inWords(path, () => readFileSync(path, "utf8").trimEnd());
}

/** Errors: code 999, as for a value that the kernel does not take. */
export function writeSysctl(path: string, value: string): void {
  inWords(path, () => writeFileSync(path, value));
}

/** Whether a value is what was written: the kernel puts tabs where several numbers were written with blanks between. */
export function isSameValue(actual: string, written: string): boolean {
  return words(actual) === words(written);
}

function words(value: string): string {
  return value.trim().split(/\s+/).join(" ");
}

function inWords<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw failure(`${path}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
