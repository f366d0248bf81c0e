/** Who asks: undefined is an unauthenticated request. */
export type Principal = string | undefined;

/** What is asked, in the words of Mesos's ACLs. */
export type Action =
  | "register_framework"
  | "run_task"
  | "teardown_framework"
  | "register_agent"
  | "get_endpoint"
  | "view_state"
  | "view_flags"
  | "view_container"
  | "access_sandbox"
  | "kill_task"
  | "send_message";

/** The object of an action: an endpoint's path, a role, a user, or nothing where the action says it all. */
export interface AuthorizationObject {
  readonly kind: "endpoint" | "role" | "user" | "agent" | "framework" | "any";
  readonly value?: string;
}

/**
 * The one seam through which every request passes before it reads or changes anything.
 *
 * Returns whether `principal` may do `action` to `object`. Must not throw for an unknown principal: it answers false.
 */
export interface Authorizer {
  authorize(principal: Principal, action: Action, object: AuthorizationObject): boolean;
}

/** Authorisation is off, as in Mesos by default: everybody may do everything that the listening address lets them reach. */
export const permitAll: Authorizer = { authorize: () => true };
