import { type Environment_Variable, Environment_Variable_Type, Secret_Type } from "@fairlead/mesos-api";
import { FairleadError } from "../../../base/errors.ts";
import type { Isolator } from "../isolator.ts";

/**
 * `environment_secret`: gives the container its variables of type SECRET. Values only: as in Mesos without a module for secrets, there is
 * nothing that could resolve a reference, and a container that asks for one is refused.
 *
 * Source: Mesos's `isolators/environment_secret.cpp` and `src/secret/resolver.cpp`.
 */
export function createEnvironmentSecretIsolator(): Isolator {
  return {
    name: "environment_secret",
    async recover() {},
    async prepare(config) {
      const secrets = (config.command.environment?.variables ?? []).filter(
        (variable) => variable.type === Environment_Variable_Type.SECRET,
      );
      return secrets.length === 0
        ? undefined
        : { environment: Object.fromEntries(secrets.map((variable) => [variable.name, secretValue(variable)])) };
    },
    async cleanup() {},
  };
}

function secretValue({ name, secret }: Environment_Variable): string {
  if (secret === undefined) {
    throw invalid(`Environment variable '${name}' of type 'SECRET' must have a secret set`);
  }
  if (secret.type === Secret_Type.REFERENCE || secret.reference !== undefined) {
    throw invalid("Default secret resolver cannot resolve references");
  }
  if (secret.value === undefined) {
    throw invalid("Secret has no value");
  }
  const value = Buffer.from(secret.value.data).toString("utf8");
  if (value.includes("\0")) {
    throw invalid(
      `Environment variable '${name}' specifies a secret containing null bytes, which is not allowed in the environment`,
    );
  }
  return value;
}

function invalid(message: string): FairleadError {
  return new FairleadError("CONTAINER_INVALID", message);
}
