import { readFileSync, writeFileSync } from "node:fs";
import type { NetworkNamespace } from "@fairlead/netlink";
import { failure } from "../plugin/plugin-error.ts";
import type { UndoList } from "../plugin/undo.ts";

/** Sets sysctls of a namespace, by their paths, in their order. Errors: code 999, as for a value that the kernel does not take. */
export function setSysctls(namespace: NetworkNamespace, sysctls: ReadonlyMap<string, string>, undo: UndoList): void {
  if (sysctls.size === 0) return;
  namespace.enter(() => {
    for (const [path, value] of sysctls) {
      const before = readIfReadable(path);
      write(path, value);
      if (before !== undefined) undo.push(() => namespace.enter(() => write(path, before)));
    }
  });
}

/** Throws code 999 unless they have these values. */
export function requireSysctls(namespace: NetworkNamespace, sysctls: ReadonlyMap<string, string>): void {
  if (sysctls.size === 0) return;
  namespace.enter(() => {
    for (const [path, value] of sysctls) {
      const actual = read(path);
      if (words(actual) === words(value)) continue;
      throw failure(`Error: Tuning configured value of ${path} is ${value}, current value is ${actual}`);
    }
  });
}

/** The kernel puts tabs where several numbers were written with blanks between. */
function words(value: string): string {
  return value.trim().split(/\s+/).join(" ");
}

/** Some can be written only. */
function readIfReadable(path: string): string | undefined {
  try {
    return read(path);
  } catch {
    return undefined;
  }
}

function read(path: string): string {
  return inWords(path, () => readFileSync(path, "utf8").trimEnd());
}

function write(path: string, value: string): void {
  inWords(path, () => writeFileSync(path, value));
}

function inWords<T>(path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw failure(`${path}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
