const UNITS = ["B", "KB", "MB", "GB", "TB"];

/** Bytes as Mesos prints them: in the largest unit that holds them exactly (`64MB`, `65540KB`). */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value !== 0 && value % 1024 === 0 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value}${UNITS[unit]}`;
}
