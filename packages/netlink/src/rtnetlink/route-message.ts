/** `RTM_…`: what a message does to which table. Source: `include/uapi/linux/rtnetlink.h`. */
export const RouteMessage = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  deleteNeighbour: 29,
  getNeighbour: 30,
} as const;

/** `AF_…`: address families. */
export const Family = { unspecified: 0, inet: 2, bridge: 7, inet6: 10 } as const;
