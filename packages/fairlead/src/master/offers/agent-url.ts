import { create, type URL, URLSchema } from "@fairlead/mesos-api";

/** Where an agent's own API is, from its pid `slave(1)@ip:port`: `http://<hostname>:<port>/slave(1)`. */
export function agentUrl(pid: string, hostname: string): URL {
  const at = pid.indexOf("@");
  const colon = pid.lastIndexOf(":");
  return create(URLSchema, {
    scheme: "http",
    address: { hostname, ip: agentIp(pid), port: Number(pid.slice(colon + 1)) },
    path: `/${pid.slice(0, at)}`,
  });
}

/** The IP address in a pid, without the brackets of IPv6. */
export function agentIp(pid: string): string {
  return pid.slice(pid.indexOf("@") + 1, pid.lastIndexOf(":")).replace(/^\[|\]$/g, "");
}
