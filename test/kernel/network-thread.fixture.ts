/** The network thread, with plugins for tests beside the built-in ones: each verb of theirs does what the type says. */
import { appendFileSync, existsSync } from "node:fs";
import { NetlinkError, NetworkNamespace } from "@fairlead/netlink";
import { builtInPlugins } from "fairlead/network/built-in-plugins.ts";
import type { BuiltInPlugin } from "fairlead/network/plugin/built-in-plugin.ts";
import koffi from "koffi";

const CLONE_NEWNET = 0x40000000;
const setns = koffi.load("libc.so.6").func("int setns(int fd, int type)");

const where: BuiltInPlugin["add"] = () => {
  using namespace = NetworkNamespace.current();
  return { namespace: namespace.id };
};

/** Does what it did as if all were well, and stays in another namespace. */
const stray: BuiltInPlugin["add"] = () => {
  using namespace = NetworkNamespace.create();
  setns(namespace.fd, CLONE_NEWNET);
  return { went: "astray" };
};

const lost: BuiltInPlugin["add"] = () => {
  throw new NetlinkError("NETLINK_NAMESPACE_LOST", "the way back is gone");
};

const exit: BuiltInPlugin["add"] = () => process.exit(3);

/** Ends with an error that nobody catches, some time after its answer. */
const bomb: BuiltInPlugin["add"] = () => {
  setImmediate(() => {
    throw new Error("the bomb");
  });
  return {};
};

const bug: BuiltInPlugin["add"] = () => {
  throw new TypeError("not thought of");
};

/** Writes its container's id to a file, then waits for another file: both stand in the configuration. */
const slow: BuiltInPlugin["add"] = (_, { config, containerId }) => {
  appendFileSync(String(config.log), `${containerId}\n`);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(String(config.until))) Atomics.wait(pause, 0, 0, 2);
  return {};
};

// it is a Map: only to those who use it as it is meant, nothing can be added
const plugins = builtInPlugins as Map<string, BuiltInPlugin>;
for (const [type, add] of Object.entries({ where, stray, lost, exit, bomb, bug, slow })) {
  plugins.set(type, { add, del: add, check: add, gc: add, status: add });
}

await import("fairlead/network/worker/network-thread.ts");
