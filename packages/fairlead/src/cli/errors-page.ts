import { ERROR_CODES } from "../base/errors.ts";
import { REMEDIES } from "./remedies.ts";

const INTRODUCTION = `# Errors

<!-- Made from packages/fairlead/src/base/errors.ts and cli/remedies.ts by script/docs; a test keeps them in step. -->

Every operational error has a code that does not change. A command that cannot start prints one line with the code, what is
wrong and what to do about it, and exits with status 1; a log line has the code in \`err.code\`; a task that could not be
launched has the message in its status (\`Failed to launch container: …\`). The errors of CNI configurations and plugins are
told in the [README of @fairlead/cni](../packages/cni/README.md).

| code | what it means | what to do |
| --- | --- | --- |
`;

/** The text of docs/errors.md. */
export function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, meaning]) => `| \`${code}\` | ${meaning} | ${REMEDIES[code as keyof typeof ERROR_CODES]} |\n`,
  );
  return INTRODUCTION + rows.join("");
}
