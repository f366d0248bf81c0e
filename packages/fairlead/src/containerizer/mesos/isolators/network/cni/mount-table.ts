/** One line of /proc/self/mountinfo. */
export interface MountEntry {
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The directory of the file system that is mounted. */
  readonly root: string;
  readonly target: string;
  /** Set for a shared mount: events travel between the mounts of one group. */
  readonly peerGroup?: string;
}

/** Source: proc(5), `/proc/pid/mountinfo`. */
export function parseMountTable(text: string): MountEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, , device = "", root = "", target = "", , ...optional] = line.split(" ");
      const shared = optional
        .slice(0, optional.indexOf("-"))
        .find((field) => field.startsWith("shared:"))
        ?.slice("shared:".length);
      return {
        device,
        root: unescapeOctal(root),
        target: unescapeOctal(target),
        ...(shared === undefined ? {} : { peerGroup: shared }),
      };
    });
}

/** Whether an absolute, normalised path is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}

/** Space, tab, line end and backslash are written as octal numbers. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
