import { ContainerInfo_Type } from "@fairlead/mesos-api";
import { shellTask } from "../support/framework.ts";
import { HOST_PORT, WEB_PORT } from "./networks.ts";

export const GREETING = "hello from a container on two networks";

/** The web server: on `blue`, where its port is mapped to one of the host, and on `green`. */
export function web() {
  return shellTask("web", `echo '${GREETING}' >index.html; exec busybox httpd -f -p ${WEB_PORT} -h .`, {
    container: {
      type: ContainerInfo_Type.MESOS,
      networkInfos: [
        { name: "blue", portMappings: [{ hostPort: HOST_PORT, containerPort: WEB_PORT, protocol: "tcp" }] },
        { name: "green" },
      ],
    },
  });
}

/** Fetches from the server at `address`, on `green` alone; then it waits for the file `done` in its sandbox, to be looked at. */
export function client(address: string) {
  const fetch = `until busybox wget -q -O answer http://${address}:${WEB_PORT}/; do sleep 0.1; done`;
  return shellTask("client", `${fetch}; cat answer; until [ -e done ]; do sleep 0.1; done`, { networks: ["green"] });
}

/** A task on the network of the host. */
export function host() {
  return shellTask("host", "exec sleep 1000");
}
