import koffi from "koffi";

/**
 * The few functions of libc that Node does not have. All of them block the calling thread, and act on it alone where the kernel keeps something by
 * thread (setns, unshare). Bound on first use of this module, in each thread that imports it.
 */
const lib = koffi.load("libc.so.6");

export const libc = {
  socket: lib.func("int socket(int domain, int type, int protocol)"),
  bind: lib.func("int bind(int fd, const void *address, unsigned int length)"),
  setsockopt: lib.func("int setsockopt(int fd, int level, int name, const void *value, unsigned int length)"),
  getsockopt: lib.func("int getsockopt(int fd, int level, int name, void *value, void *length)"),
  send: lib.func("long send(int fd, const void *buffer, unsigned long length, int flags)"),
  recv: lib.func("long recv(int fd, void *buffer, unsigned long length, int flags)"),
  close: lib.func("int close(int fd)"),
  setns: lib.func("int setns(int fd, int type)"),
  unshare: lib.func("int unshare(int flags)"),
  mount: lib.func(
    "int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)",
  ),
  umount2: lib.func("int umount2(const char *target, int flags)"),
  poll: lib.func("int poll(void *fds, unsigned long count, int timeout)"),
  eventfd: lib.func("int eventfd(unsigned int value, int flags)"),
  flock: lib.func("int flock(int fd, int operation)"),
  setxattr: lib.func(
    "int setxattr(const char *path, const char *name, const void *value, unsigned long size, int flags)",
  ),
  getxattr: lib.func("long getxattr(const char *path, const char *name, void *value, unsigned long size)"),
};

/** errno of the last call on this thread. */
export function lastErrno(): number {
  return koffi.errno();
}
