import { promisify } from "node:util";
import { NetlinkError } from "./errors.ts";
import { lastErrno, libc } from "./kernel/libc.ts";
import {
  ANSWER_TIMEOUT_MS,
  MAX_DUMP_ATTEMPTS,
  RECEIVE_BUFFER_BYTES,
  RECEIVE_BYTES,
  SEND_BUFFER_BYTES,
} from "./limits.ts";
import { readAcknowledgement } from "./message/acknowledgement.ts";
import {
  ControlType,
  decodeMessages,
  encodeMessage,
  MessageFlag,
  type NetlinkAnswer,
  type NetlinkRequest,
} from "./message/message.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const EINTR = 4;
const EAGAIN = 11;

/** `NETLINK_ROUTE` and `NETLINK_NETFILTER`. */
export const NetlinkProtocol = { route: 0, netfilter: 12 } as const;

const sendOnPool = promisify(libc.send.async);

/**
 * A netlink socket: requests out, acknowledgements in, in the calling thread.
 *
 * It belongs to the network namespace in which the thread was when it was opened, for good. Every call blocks: a request is carried out by the
 * kernel while it is being sent, usually in less than a millisecond, but only after whoever holds the lock of all links. So use it in a worker.
 * Not for several requests at a time: one caller, one call. Errors: NETLINK_REFUSED with the kernel's errno and words, NETLINK_TIMEOUT,
 * NETLINK_ANSWER_INVALID, NETLINK_SYSTEM_CALL.
 */
export class NetlinkSocket implements Disposable {
  readonly #fd: number;
  /** For all sockets of a thread: what is received is copied from it before anything else can be. */
  static readonly #receiveBuffer = Buffer.alloc(RECEIVE_BYTES);
  readonly #timeoutMs: number;
  #sequence = 0;
  #isClosed = false;

  private constructor(fd: number, timeoutMs: number) {
    this.#fd = fd;
    this.#timeoutMs = timeoutMs;
  }

  /** Opens a socket in the calling thread's network namespace; `timeoutMs` bounds the wait for each answer. */
  static open(
    protocol: number,
    { timeoutMs = ANSWER_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
  ): NetlinkSocket {
    const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) throw NetlinkError.systemCall("open a netlink socket", lastErrno());
    try {
      setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, int(1));
      setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, int(1));
      setOption(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, int(1));
      setOption(fd, SOL_SOCKET, SO_SNDBUFFORCE, int(SEND_BUFFER_BYTES));
      setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(RECEIVE_BUFFER_BYTES));
      setOption(fd, SOL_SOCKET, SO_RCVTIMEO, timeval(timeoutMs));
    } catch (error) {
      libc.close(fd);
      throw error;
    }
    return new NetlinkSocket(fd, timeoutMs);
  }

  /** Has one thing done. */
  request(request: NetlinkRequest): void {
    this.requestAll([request]);
  }

  /**
   * Has several things done in one system call, in their order. The kernel goes on after a failure; the first one is thrown when all have been
   * answered.
   */
  requestAll(requests: readonly NetlinkRequest[]): void {
    if (requests.length === 0) return;
    const first = this.#takeSequences(requests.length);
    const last = requests.length - 1;
    const messages = requests.map((request, index) => {
      // refusals come in any case; that the last one was answered tells that all were
      const acknowledgement = index === last ? MessageFlag.ack : 0;
      return encodeMessage(request, MessageFlag.request | acknowledgement, first + index);
    });
    this.#send(Buffer.concat(messages), requests[0]);
    this.#readUntilLast(requests, first);
  }

  /**
   * Has several things done in one system call, all or none: an nfnetlink batch, between its `begin` and `end`.
   *
   * Source: `nfnetlink_rcv_batch` answers each message that asks for it, or the batch as a whole by the sequence number of `begin`.
   */
  transact(begin: NetlinkRequest, requests: readonly NetlinkRequest[], end: NetlinkRequest): void {
    const first = this.#takeSequences(requests.length + 2);
    const messages = [
      encodeMessage(begin, MessageFlag.request, first),
      ...requests.map((request, index) => {
        return encodeMessage(request, MessageFlag.request | MessageFlag.ack, first + 1 + index);
      }),
      encodeMessage(end, MessageFlag.request, first + 1 + requests.length),
    ];
    this.#send(Buffer.concat(messages), begin);
    this.#readAcknowledgements(requests, first + 1, begin);
  }

  /** The one object that a GET asks for, or that a NEW with `echo` has made: its payload. */
  get(request: NetlinkRequest): Buffer {
    const sequence = this.#takeSequences(1);
    this.#send(encodeMessage(request, MessageFlag.request, sequence), request);
    for (;;) {
      for (const answer of this.#receive(request)) {
        if (answer.sequence !== sequence) continue;
        if (answer.type !== ControlType.error) return answer.payload;
        throwRefusal(request, answer);
        throw new NetlinkError("NETLINK_ANSWER_INVALID", `${request.operation}: the kernel gave no object`);
      }
    }
  }

  /** The same, where success without an object means that there is none. */
  find(request: NetlinkRequest): Buffer | undefined {
    const sequence = this.#takeSequences(1);
    this.#send(encodeMessage(request, MessageFlag.request | MessageFlag.ack, sequence), request);
    let payload: Buffer | undefined;
    for (;;) {
      for (const answer of this.#receive(request)) {
        if (answer.sequence !== sequence) continue;
        if (answer.type !== ControlType.error) {
          payload = answer.payload;
          continue;
        }
        throwRefusal(request, answer);
        return payload;
      }
    }
  }

  /** All objects that a GET selects: their payloads. Begun again where the table changed meanwhile, a few times. */
  dump(request: NetlinkRequest): Buffer[] {
    for (let attempt = 1; ; attempt++) {
      const sequence = this.#takeSequences(1);
      this.#send(encodeMessage(request, MessageFlag.request | MessageFlag.dump, sequence), request);
      const payloads = this.#readDump(request, sequence);
      if (payloads !== undefined) return payloads;
      if (attempt === MAX_DUMP_ATTEMPTS) throw dumpInterrupted(request);
    }
  }

  /**
   * The same, while the calling thread goes on, for few objects of a large table: looking for the first of them is done by a thread of libuv's pool.
   * Nothing else may use this socket meanwhile.
   */
  async dumpOnPool(request: NetlinkRequest): Promise<Buffer[]> {
    for (let attempt = 1; ; attempt++) {
      const sequence = this.#takeSequences(1);
      await this.#sendOnPool(encodeMessage(request, MessageFlag.request | MessageFlag.dump, sequence), request);
      const payloads = this.#readDump(request, sequence);
      if (payloads !== undefined) return payloads;
      if (attempt === MAX_DUMP_ATTEMPTS) throw dumpInterrupted(request);
    }
  }

  /**
   * Has one thing done while the calling thread goes on: what blocks in the kernel, as deleting links does. The call is made by a thread of
   * libuv's pool; nothing else may use this socket meanwhile.
   */
  async requestOnPool(request: NetlinkRequest): Promise<void> {
    const sequence = this.#takeSequences(1);
    await this.#sendOnPool(encodeMessage(request, MessageFlag.request | MessageFlag.ack, sequence), request);
    this.#readAcknowledgements([request], sequence);
  }

  /** Once or more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    libc.close(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Undefined when the table changed meanwhile. */
  #readDump(request: NetlinkRequest, sequence: number): Buffer[] | undefined {
    const payloads: Buffer[] = [];
    let interrupted = false;
    for (;;) {
      for (const answer of this.#receive(request)) {
        if (answer.sequence !== sequence) continue;
        interrupted ||= (answer.flags & MessageFlag.dumpInterrupted) !== 0;
        if (answer.type === ControlType.done) {
          // a dump that fails half way says so in its last message
          const errno = answer.payload.length >= 4 ? -answer.payload.readInt32LE(0) : 0;
          if (errno > 0) throw NetlinkError.refused(request.operation, errno);
          return interrupted ? undefined : payloads;
        }
        if (answer.type === ControlType.error) throwRefusal(request, answer);
        else payloads.push(answer.payload);
      }
    }
  }

  #takeSequences(count: number): number {
    // 0 is what the kernel gives to events
    if (this.#sequence + count > 0x7fffffff) this.#sequence = 0;
    const first = this.#sequence + 1;
    this.#sequence += count;
    return first;
  }

  #send(bytes: Buffer, request: NetlinkRequest | undefined): void {
    for (;;) {
      const sent = Number(libc.send(this.#fd, bytes, bytes.length, 0));
      if (sent === bytes.length) return;
      const errno = lastErrno();
      if (errno !== EINTR) throw NetlinkError.systemCall(`send "${request?.operation}"`, errno);
    }
  }

  async #sendOnPool(bytes: Buffer, { operation }: NetlinkRequest): Promise<void> {
    const sent = Number(await sendOnPool(this.#fd, bytes, bytes.length, 0));
    if (sent !== bytes.length) {
      throw new NetlinkError("NETLINK_SYSTEM_CALL", `${operation}: the message could not be sent`);
    }
  }

  /** Reads the refusals of several requests, of which only the last one is acknowledged, and throws the first. */
  #readUntilLast(requests: readonly NetlinkRequest[], first: number): void {
    let failure: NetlinkError | undefined;
    for (;;) {
      for (const answer of this.#receive(requests[0])) {
        if (answer.type !== ControlType.error) continue;
        const index = answer.sequence - first;
        const request = requests[index];
        if (request === undefined) continue;
        failure ??= refusal(request, answer);
        if (index < requests.length - 1) continue;
        if (failure !== undefined) throw failure;
        return;
      }
    }
  }

  #readAcknowledgements(requests: readonly NetlinkRequest[], first: number, batch?: NetlinkRequest): void {
    let missing = requests.length;
    let failure: NetlinkError | undefined;
    while (missing > 0) {
      for (const answer of this.#receive(batch ?? requests[0])) {
        if (answer.type !== ControlType.error) continue;
        if (batch !== undefined && answer.sequence === first - 1) throwRefusal(batch, answer);
        const request = requests[answer.sequence - first];
        if (request === undefined) continue;
        missing--;
        failure ??= refusal(request, answer);
      }
    }
    if (failure !== undefined) throw failure;
  }

  #receive(request: NetlinkRequest | undefined): NetlinkAnswer[] {
    for (;;) {
      const received = Number(libc.recv(this.#fd, NetlinkSocket.#receiveBuffer, RECEIVE_BYTES, 0));
      if (received > 0) return decodeMessages(Buffer.from(NetlinkSocket.#receiveBuffer.subarray(0, received)));
      const errno = lastErrno();
      if (errno === EINTR) continue;
      if (errno === EAGAIN) {
        throw new NetlinkError(
          "NETLINK_TIMEOUT",
          `${request?.operation}: no answer from the kernel within ${this.#timeoutMs} ms`,
        );
      }
      throw NetlinkError.systemCall(`receive the answer to "${request?.operation}"`, errno);
    }
  }
}

function dumpInterrupted({ operation }: NetlinkRequest): NetlinkError {
  const reason = `the table changed ${MAX_DUMP_ATTEMPTS} times while it was listed`;
  return new NetlinkError("NETLINK_DUMP_INTERRUPTED", `${operation}: ${reason}`);
}

function throwRefusal(request: NetlinkRequest, answer: NetlinkAnswer): void {
  const error = refusal(request, answer);
  if (error !== undefined) throw error;
}

function refusal({ operation }: NetlinkRequest, answer: NetlinkAnswer): NetlinkError | undefined {
  const { errno, extended } = readAcknowledgement(answer);
  return errno === 0 ? undefined : NetlinkError.refused(operation, errno, extended);
}

function setOption(fd: number, level: number, name: number, value: Buffer): void {
  if (libc.setsockopt(fd, level, name, value, value.length) !== 0) {
    throw NetlinkError.systemCall(`set option ${name} of a netlink socket`, lastErrno());
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function timeval(milliseconds: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigInt64LE(BigInt(Math.floor(milliseconds / 1000)), 0);
  bytes.writeBigInt64LE(BigInt(milliseconds % 1000) * 1000n, 8);
  return bytes;
}
