import { v0 } from "@fairlead/mesos-api";
import type { FrameworkView, MasterView } from "../entities.ts";
import { frameworkDocument } from "./framework-document.ts";

/** The document of `/frameworks`: all frameworks, or the one with the id `only`. */
export function frameworksDocument(master: MasterView, only: string | undefined): string {
  const write = (frameworks: Iterable<FrameworkView>) =>
    v0.jsonArray(
      Array.from(frameworks).filter(({ id }) => only === undefined || id === only),
      frameworkDocument,
    );
  return v0.jsonObject([
    ["frameworks", write(master.frameworks.values())],
    ["completed_frameworks", write(master.completedFrameworks)],
    ["unregistered_frameworks", "[]"],
  ]);
}
