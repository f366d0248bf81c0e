import { NetlinkError } from "../errors.ts";
import { lastErrno, libc } from "../kernel/libc.ts";
import { RECEIVE_BYTES } from "../limits.ts";
import { decodeMessages, type NetlinkAnswer } from "../message/message.ts";
import { NetlinkProtocol } from "../socket.ts";

const AF_NETLINK = 16;
const SOCK_RAW_NONBLOCK_CLOEXEC = 3 | 0o4000 | 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVBUFFORCE = 33;
const SOCKADDR_BYTES = 12;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;

/** What a look into the socket gave: messages, nothing, or that some were lost since the last look. */
export type Received = readonly NetlinkAnswer[] | "nothing" | "overrun";

/** A socket that hears of what changes in the network namespace it was opened in. It never blocks. */
export class EventSocket implements Disposable {
  readonly fd: number;
  readonly #buffer = Buffer.alloc(RECEIVE_BYTES);

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** `groups` is a mask of `RTMGRP_…`. Errors: NETLINK_SYSTEM_CALL. */
  static open(groups: number, receiveBufferBytes: number): EventSocket {
    const fd = libc.socket(AF_NETLINK, SOCK_RAW_NONBLOCK_CLOEXEC, NetlinkProtocol.route);
    if (fd < 0) throw NetlinkError.systemCall("open a netlink socket", lastErrno());
    const socket = new EventSocket(fd);
    try {
      socket.#setUp(groups, receiveBufferBytes);
    } catch (error) {
      socket.close();
      throw error;
    }
    return socket;
  }

  /** Takes one datagram. Errors: NETLINK_SYSTEM_CALL, NETLINK_ANSWER_INVALID. */
  receive(): Received {
    for (;;) {
      const received = Number(libc.recv(this.fd, this.#buffer, this.#buffer.length, 0));
      if (received >= 0) return decodeMessages(Buffer.from(this.#buffer.subarray(0, received)));
      const errno = lastErrno();
      if (errno === EAGAIN) return "nothing";
      if (errno === ENOBUFS) return "overrun";
      if (errno !== EINTR) throw NetlinkError.systemCall("receive events", errno);
    }
  }

  /** Drops what waits. */
  drain(): void {
    while (this.receive() !== "nothing");
  }

  close(): void {
    libc.close(this.fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #setUp(groups: number, receiveBufferBytes: number): void {
    const size = Buffer.alloc(4);
    size.writeInt32LE(receiveBufferBytes);
    if (libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) !== 0) {
      throw NetlinkError.systemCall("set the receive buffer of a netlink socket", lastErrno());
    }
    const address = Buffer.alloc(SOCKADDR_BYTES); // struct sockaddr_nl
    address.writeUInt16LE(AF_NETLINK, 0);
    address.writeUInt32LE(groups, 8);
    if (libc.bind(this.fd, address, address.length) !== 0) {
      throw NetlinkError.systemCall("subscribe to events", lastErrno());
    }
  }
}
