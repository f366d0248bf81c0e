import { type AgentInfo, type Attribute, scheduler, Value_Type } from "@fairlead/mesos-api";
import { MAX_REGEX_PROGRAM_SIZE } from "../limits.ts";
import { Pattern } from "./pattern/program.ts";

const { AttributeConstraint_Selector_PseudoattributeType: Pseudo } = scheduler;

/** Decides about one agent. */
type Evaluator = (agent: AgentInfo) => boolean;

/** What a selector finds: an attribute, the text of a pseudoattribute, or nothing. */
type Found = Attribute | string | undefined;

/**
 * The agents of which a framework wants offers, by role: one of the groups must hold, in it all constraints.
 *
 * Source: `OfferConstraintsFilter` in Mesos's `src/master/allocator/mesos/offer_constraints_filter.cpp`.
 */
export class OfferConstraintsFilter {
  /** As the framework gave them; absent where it gave none. */
  readonly message: scheduler.OfferConstraints | undefined;
  readonly #groups: ReadonlyMap<string, readonly (readonly Evaluator[])[]>;

  private constructor(
    message: scheduler.OfferConstraints | undefined,
    groups: ReadonlyMap<string, readonly (readonly Evaluator[])[]>,
  ) {
    this.message = message;
    this.#groups = groups;
  }

  /** No constraints: every agent will do. */
  static readonly none = new OfferConstraintsFilter(undefined, new Map());

  /** Compiles constraints; the text of the error otherwise, in Mesos's words. */
  static create(constraints: scheduler.OfferConstraints | undefined): OfferConstraintsFilter | string {
    const compiled = new Map<string, Evaluator[][]>();
    for (const [role, { groups }] of Object.entries(constraints?.roleConstraints ?? {})) {
      if (groups.length === 0) {
        return `'OfferConstraints::role_constraints' has an empty 'RoleConstraints::groups' for role ${role}`;
      }
      const evaluators: Evaluator[][] = [];
      for (const { attributeConstraints } of groups) {
        if (attributeConstraints.length === 0) {
          return `'OfferConstraints::RoleConstraints::groups' for role ${role}contains an empty RoleConstraints::Group`;
        }
        const group: Evaluator[] = [];
        for (const constraint of attributeConstraints) {
          const evaluator = compileConstraint(constraint);
          if (typeof evaluator === "string") {
            return `A role ${role} has an invalid 'AttributeConstraint': ${evaluator}`;
          }
          group.push(evaluator);
        }
        evaluators.push(group);
      }
      compiled.set(role, evaluators);
    }
    return new OfferConstraintsFilter(constraints, compiled);
  }

  /** Whether offers of this agent are unwanted for `role`. */
  excludes(role: string, agent: AgentInfo): boolean {
    const groups = this.#groups.get(role);
    return groups !== undefined && !groups.some((group) => group.every((evaluate) => evaluate(agent)));
  }
}

function compileConstraint(constraint: scheduler.AttributeConstraint): Evaluator | string {
  const select = compileSelector(constraint.selector);
  if (typeof select === "string") return select;
  const predicate = compilePredicate(constraint.predicate);
  if (typeof predicate === "string") return predicate;
  return (agent) => predicate(select(agent));
}

function compileSelector(
  message: scheduler.AttributeConstraint_Selector | undefined,
): ((agent: AgentInfo) => Found) | string {
  const selector = message?.selector;
  switch (selector?.case) {
    case "attributeName":
      return ({ attributes }) => attributes.find(({ name }) => name === selector.value);
    case "pseudoattributeType":
      switch (selector.value) {
        case Pseudo.HOSTNAME:
          return ({ hostname }) => hostname;
        case Pseudo.REGION:
          return ({ domain }) => domain?.faultDomain?.region?.name;
        case Pseudo.ZONE:
          return ({ domain }) => domain?.faultDomain?.zone?.name;
        default:
          return "Unknown pseudoattribute type";
      }
    default:
      return "Exactly one of 'AttributeConstraint::Selector::name' or 'AttributeConstraint::Selector::pseudoattribute_type' must be set";
  }
}

function compilePredicate(
  message: scheduler.AttributeConstraint_Predicate | undefined,
): ((found: Found) => boolean) | string {
  const predicate = message?.predicate;
  switch (predicate?.case) {
    case "exists":
      return (found) => found !== undefined;
    case "notExists":
      return (found) => found === undefined;
    case "textEquals":
      return textPredicate((text) => text === predicate.value.value, false);
    case "textNotEquals":
      return textPredicate((text) => text !== predicate.value.value, true);
    case "textMatches": {
      const pattern = Pattern.compile(predicate.value.regex, MAX_REGEX_PROGRAM_SIZE);
      return typeof pattern === "string" ? pattern : textPredicate((text) => pattern.matches(text), false);
    }
    case "textNotMatches": {
      const pattern = Pattern.compile(predicate.value.regex, MAX_REGEX_PROGRAM_SIZE);
      return typeof pattern === "string" ? pattern : textPredicate((text) => !pattern.matches(text), true);
    }
    default:
      return "Unknown predicate type";
  }
}

/** A predicate over texts: attributes of other types always satisfy it, so that constraints never exclude what they cannot judge. */
function textPredicate(holds: (text: string) => boolean, whenAbsent: boolean): (found: Found) => boolean {
  return (found) => {
    if (found === undefined) return whenAbsent;
    if (typeof found === "string") return holds(found);
    return found.type !== Value_Type.TEXT || holds(found.text?.value ?? "");
  };
}
