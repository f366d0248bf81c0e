import type { Kind } from "./kind.ts";

/** What happens to a flag that is given. */
export type Standing =
  | { readonly is: "served" }
  /** It changes nothing here, and nobody is worse off for it: one line in the log says so. */
  | { readonly is: "accepted"; readonly why: string }
  /** It asks for what is not there: starting would pretend to have it. `unless`: values that ask for nothing. */
  | {
      readonly is: "refused";
      readonly code: "FLAG_NOT_ENFORCED" | "FLAG_UNSUPPORTED";
      readonly why: string;
      readonly unless: readonly string[];
    };

/** One flag: what it takes, what it is when not given, and what becomes of it. */
export interface FlagSpec<T = unknown> {
  readonly kind: Kind<T>;
  readonly help: string;
  /** Text, as it would stand on the command line. */
  readonly default?: string;
  /** Older names that stay valid. */
  readonly aliases?: readonly string[];
  readonly standing: Standing;
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;

/** The values of a table by name; a flag without default may be undefined. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends FlagSpec<infer T>
    ? Table[Name] extends WithDefault
      ? T
      : T | undefined
    : never;
};

export interface WithDefault {
  readonly default: string;
}
interface Options {
  readonly default?: string;
  readonly aliases?: readonly string[];
}
interface RefusedOptions extends Options {
  /** Values that ask for nothing. */
  readonly unless?: readonly string[];
}

/** A flag that does what it says. */
export function served<T>(kind: Kind<T>, help: string, options: Options & WithDefault): FlagSpec<T> & WithDefault;
export function served<T>(kind: Kind<T>, help: string, options?: Options): FlagSpec<T>;
export function served<T>(kind: Kind<T>, help: string, options: Options = {}): FlagSpec<T> {
  return { kind, help, ...options, standing: { is: "served" } };
}

/** A flag of Mesos that has nothing to act on here: `why` completes "it has no effect: …". */
export function accepted<T>(kind: Kind<T>, help: string, why: string, options: Options = {}): FlagSpec<T> {
  return { kind, help, ...options, standing: { is: "accepted", why } };
}

/**
 * A flag whose protection does not exist here: `why` says what would not be protected.
 *
 * Its default, and what stands in `unless`, are taken: they ask for no protection.
 */
export function notEnforced<T>(kind: Kind<T>, help: string, why: string, options: RefusedOptions = {}): FlagSpec<T> {
  return refused("FLAG_NOT_ENFORCED", kind, help, why, options);
}

/** A flag whose feature does not exist here: `why` says which. */
export function unsupported<T>(kind: Kind<T>, help: string, why: string, options: RefusedOptions = {}): FlagSpec<T> {
  return refused("FLAG_UNSUPPORTED", kind, help, why, options);
}

function refused<T>(
  code: "FLAG_NOT_ENFORCED" | "FLAG_UNSUPPORTED",
  kind: Kind<T>,
  help: string,
  why: string,
  { unless = [], ...options }: RefusedOptions,
): FlagSpec<T> {
  const harmless = options.default === undefined ? unless : [...unless, options.default];
  return { kind, help, ...options, standing: { is: "refused", code, why, unless: harmless } };
}
