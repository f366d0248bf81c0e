import type { Link } from "../rtnetlink/links/link.ts";

/** What became of a link. Counters alone are no change. */
export type LinkEvent =
  /** It is there: made, come from another namespace, or found when the watch began. */
  | { readonly kind: "new"; readonly link: Link }
  /** Something of it is different from before. */
  | { readonly kind: "changed"; readonly link: Link; readonly previous: Link }
  /** It is gone: deleted, or moved to another namespace. With what was last known of it. */
  | { readonly kind: "deleted"; readonly link: Link };
