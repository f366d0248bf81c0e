import { isFieldSet } from "@bufbuild/protobuf";
import { EnvironmentSchema } from "../../gen/mesos/v1/base_pb.js";
import { type CommandInfo, CommandInfoSchema } from "../../gen/mesos/v1/command_pb.js";
import { writeJson } from "../json/write.ts";
import { jsonArray, jsonObject, jsonString } from "./json-text.ts";

/** A command; its arguments are called `argv`, and of its URIs only the place and the executable bit show. */
export function writeCommand(command: CommandInfo): string {
  return jsonObject([
    ["shell", isFieldSet(command, CommandInfoSchema.field.shell) ? String(command.shell) : undefined],
    ["value", isFieldSet(command, CommandInfoSchema.field.value) ? jsonString(command.value) : undefined],
    ["argv", jsonArray(command.arguments, jsonString)],
    ["environment", command.environment && writeJson(EnvironmentSchema, command.environment)],
    [
      "uris",
      jsonArray(command.uris, (uri) =>
        jsonObject([
          ["value", jsonString(uri.value)],
          ["executable", String(uri.executable)],
        ]),
      ),
    ],
  ]);
}
