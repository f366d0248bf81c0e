/** Imported into every thread of a process (`NODE_OPTIONS=--import=…`): writes down which thread loads which module, to $LOADED_MODULES. */
import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { isMainThread, threadName } from "node:worker_threads";

const file = process.env.LOADED_MODULES;
if (file !== undefined) {
  registerHooks({
    load(url, context, nextLoad) {
      appendFileSync(file, `${isMainThread ? "main" : threadName} ${url}\n`);
      return nextLoad(url, context);
    },
  });
}
