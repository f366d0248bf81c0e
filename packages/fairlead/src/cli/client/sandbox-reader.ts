import { join } from "node:path";
import { type AgentClient, agent } from "@fairlead/mesos-api";

/** What a task writes to. */
export type OutputFile = "stdout" | "stderr";

/** Reads a part of a file of a sandbox from `offset` on; empty at its end. Rejects if it cannot be read. */
export type SandboxReader = (file: OutputFile, offset: number) => Promise<Uint8Array>;

/** Reads the sandbox `directory` of an agent by READ_FILE, which gives bytes as they are. */
export function sandboxReader(client: AgentClient, directory: string): SandboxReader {
  return async (file, offset) => {
    const response = await client.call({
      type: agent.Call_Type.READ_FILE,
      readFile: { path: join(directory, file), offset: BigInt(offset) },
    });
    return response?.readFile?.data ?? new Uint8Array();
  };
}
