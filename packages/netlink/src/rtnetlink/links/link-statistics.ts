/** Counters since the link was made. */
export interface LinkStatistics {
  readonly rxPackets: bigint;
  readonly txPackets: bigint;
  readonly rxBytes: bigint;
  readonly txBytes: bigint;
  readonly rxErrors: bigint;
  readonly txErrors: bigint;
  readonly rxDropped: bigint;
  readonly txDropped: bigint;
}

const READ_BYTES = 8 * 8;

/** Reads the beginning of `struct rtnl_link_stats64`; zeros where there is none. Source: `include/uapi/linux/if_link.h`. */
export function readLinkStatistics(bytes: Buffer | undefined): LinkStatistics {
  const counters = bytes === undefined || bytes.length < READ_BYTES ? Buffer.alloc(READ_BYTES) : bytes;
  const counter = (place: number) => counters.readBigUInt64LE(8 * place);
  return {
    rxPackets: counter(0),
    txPackets: counter(1),
    rxBytes: counter(2),
    txBytes: counter(3),
    rxErrors: counter(4),
    txErrors: counter(5),
    rxDropped: counter(6),
    txDropped: counter(7),
  };
}
