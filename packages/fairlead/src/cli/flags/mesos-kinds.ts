import {
  type Attribute,
  type DomainInfo,
  DomainInfoSchema,
  parseAttributes,
  readJson,
  validateRole,
} from "@fairlead/mesos-api";
import { errorText } from "../../base/errors.ts";
import { type Kind, kindOf, list } from "./kind.ts";
import { refusal } from "./refusal.ts";

/** The fault domain of a machine; a domain without one says nothing. */
export const domain: Kind<DomainInfo> = kindOf("JSON", (value) => {
  const remedy = `JSON such as {"fault_domain":{"region":{"name":"r"},"zone":{"name":"z"}}}`;
  let parsed: DomainInfo;
  try {
    parsed = readJson(DomainInfoSchema, value);
  } catch (error) {
    throw refusal(errorText(error), remedy);
  }
  if (parsed.faultDomain === undefined) {
    throw refusal("`fault_domain` is missing", remedy);
  }
  return parsed;
});

/** Attributes of an agent, such as `rack:a;zone:2`. */
export const attributes: Kind<readonly Attribute[]> = kindOf("attributes", (value) => {
  try {
    return parseAttributes(value);
  } catch (error) {
    throw refusal(errorText(error), "attributes such as rack:a;zone:2;ports:[1-5]");
  }
});

/** A role of resources or of a framework. */
export const role: Kind<string> = kindOf("role", (value) => {
  const problem = validateRole(value);
  if (problem !== undefined) {
    throw refusal(problem, "a role such as web or eng/web, or * for everybody");
  }
  return value;
});

/** Roles, separated by commas. */
export const roles: Kind<readonly string[]> = kindOf("roles", (value) => list.parse(value).map(role.parse));

/** Weights of roles, such as `web=2,batch=0.5`. */
export const weights: Kind<ReadonlyMap<string, number>> = kindOf("weights", (value) => {
  const weightOf = new Map<string, number>();
  for (const pair of list.parse(value)) {
    const [name, text, ...more] = pair.split("=");
    const weight = Number(text);
    if (!name || !text || more.length > 0 || !(weight > 0 && weight < Number.POSITIVE_INFINITY)) {
      throw refusal(`'${pair}' is no weight`, "pairs such as web=2,batch=0.5");
    }
    role.parse(name);
    if (weightOf.has(name)) {
      throw refusal(`'${name}' stands twice`, "each role once");
    }
    weightOf.set(name, weight);
  }
  return weightOf;
});

/** Alternatives of least amounts, such as `cpus:0.01|mem:32`: `;` is and, `|` is or. */
export const quantities: Kind<readonly ReadonlyMap<string, number>[]> = kindOf("quantities", (value) =>
  value
    .split("|")
    .filter((alternative) => alternative.trim() !== "")
    .map((alternative) => {
      const amounts = new Map<string, number>();
      for (const pair of alternative.split(";")) {
        const [name, text, ...more] = pair.split(":");
        const amount = Number(text);
        if (!name?.trim() || !text?.trim() || more.length > 0 || !(amount >= 0 && amount < Number.POSITIVE_INFINITY)) {
          throw refusal(`'${pair}' is no amount`, "amounts such as cpus:1;mem:32|disk:1");
        }
        amounts.set(name.trim(), (amounts.get(name.trim()) ?? 0) + amount);
      }
      return amounts;
    }),
);

/** `host:port` of a master. */
export const masterAddress: Kind<string> = kindOf("host:port", (value) => {
  const remedy = "host:port, or file:///path of a file that holds it";
  if (value.startsWith("zk://")) {
    throw refusal("masters are not found by ZooKeeper yet", remedy);
  }
  const match = /^(?:http:\/\/)?([^\s/:@]+|\[[0-9a-fA-F:.]+\]):([0-9]+)\/?$/.exec(value);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65535) {
    throw refusal(`'${value}' is no address of a master`, remedy);
  }
  return `${match[1]}:${port}`;
});
