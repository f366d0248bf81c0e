import {
  type CommandInfo,
  type Environment_Variable,
  Environment_Variable_Type,
  type Secret,
  Secret_Type,
} from "@fairlead/mesos-api";

/**
 * Why a CommandInfo is not valid, in Mesos's words; undefined when it is. Mesos looks at the environment only.
 *
 * Source: `validateCommandInfo` in Mesos's `src/common/validation.cpp`.
 */
export function validateCommand(command: CommandInfo): string | undefined {
  for (const variable of command.environment?.variables ?? []) {
    const error = validateVariable(variable);
    if (error !== undefined) return error;
  }
  return undefined;
}

function validateVariable(variable: Environment_Variable): string | undefined {
  const { name, secret } = variable;
  const hasValue = Object.hasOwn(variable, "value");
  switch (variable.type) {
    case Environment_Variable_Type.SECRET: {
      if (secret === undefined) return `Environment variable '${name}' of type 'SECRET' must have a secret set`;
      if (hasValue) return `Environment variable '${name}' of type 'SECRET' must not have a value set`;
      const error = validateSecret(secret);
      if (error !== undefined) return `Environment variable '${name}' specifies an invalid secret: ${error}`;
      return secret.value?.data.includes(0)
        ? `Environment variable '${name}' specifies a secret containing null bytes, which is not allowed in the environment`
        : undefined;
    }
    case Environment_Variable_Type.VALUE:
      if (!hasValue) return `Environment variable '${name}' of type 'VALUE' must have a value set`;
      return secret === undefined
        ? undefined
        : `Environment variable '${name}' of type 'VALUE' must not have a secret set`;
    default:
      return "Environment variable of type 'UNKNOWN' is not allowed";
  }
}

function validateSecret(secret: Secret): string | undefined {
  switch (secret.type) {
    case Secret_Type.REFERENCE:
      if (secret.reference === undefined) return "Secret of type REFERENCE must have the 'reference' field set";
      return secret.value === undefined
        ? undefined
        : `Secret '${secret.reference.name}' of type REFERENCE must not have the 'value' field set`;
    case Secret_Type.VALUE:
      if (secret.value === undefined) return "Secret of type VALUE must have the 'value' field set";
      return secret.reference === undefined
        ? undefined
        : "Secret of type VALUE must not have the 'reference' field set";
    default:
      return undefined;
  }
}
