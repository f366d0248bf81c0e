import { type VersionInfo, VersionInfoSchema, v0, writeJson } from "@fairlead/mesos-api";

/** The members that `/version` has, without braces: both `state` documents begin with them. */
export const versionMembers = v0.remembered((version: VersionInfo) =>
  writeJson(VersionInfoSchema, version).slice(1, -1),
);

/** Flags, and the two of them that `state` has under their own names; nothing for a reader who may not see flags. */
export function flagMembers(flags: ReadonlyMap<string, string> | undefined): v0.Member[] {
  if (flags === undefined) return [];
  const text = (name: string) => {
    const value = flags.get(name);
    return value === undefined ? undefined : v0.jsonString(value);
  };
  return [
    ["log_dir", text("log_dir")],
    ["external_log_file", text("external_log_file")],
    ["flags", flagsText(flags)],
  ];
}

export function flagsText(flags: ReadonlyMap<string, string>): string {
  return JSON.stringify(Object.fromEntries(flags));
}
