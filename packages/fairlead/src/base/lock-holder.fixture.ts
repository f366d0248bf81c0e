/** A process that holds the lock on a directory until it is killed. */
import { lockDirectory } from "./lock-directory.ts";

lockDirectory(process.argv[2] ?? "");
process.send?.("locked");
setInterval(() => {}, 60_000);
