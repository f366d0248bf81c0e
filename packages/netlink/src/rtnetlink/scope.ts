/** `RT_SCOPE_…`: how far away an address is known, or a destination lies. Source: `include/uapi/linux/rtnetlink.h`. */
export const Scope = { global: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;
