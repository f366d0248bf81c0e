/**
 * The capabilities that OCI engines give by default, without NET_RAW: raw sockets let a container forge the packets of its neighbours.
 * NET_ADMIN is not among the defaults. Ping works by `ping_group_range`, which network/cni sets.
 */
const DEFAULT_CAPABILITIES = [
  "CAP_AUDIT_WRITE",
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_MKNOD",
  "CAP_NET_BIND_SERVICE",
  "CAP_SETFCAP",
  "CAP_SETGID",
  "CAP_SETPCAP",
  "CAP_SETUID",
  "CAP_SYS_CHROOT",
];

/**
 * `process.capabilities` of the bundle. Root has the default set; another user has nothing until it becomes root by a set-user-ID program,
 * and then no more than the bounding set. Nothing is inheritable or ambient: neither would be lost at an exec.
 */
export function capabilitiesFor(uid: number) {
  const held = uid === 0 ? DEFAULT_CAPABILITIES : [];
  return { bounding: DEFAULT_CAPABILITIES, effective: held, permitted: held, inheritable: [], ambient: [] };
}
