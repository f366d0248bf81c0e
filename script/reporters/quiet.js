/** A reporter for node:test that prints what fails, and one line at the end. */
export default async function* quiet(events) {
  for await (const { type, data } of events) {
    if (type === "test:fail" && data.details.error.failureType !== "subtestsFailed") {
      const { cause = data.details.error } = data.details.error;
      const indented = String(cause?.stack ?? cause).replaceAll("\n", "\n  ");
      yield `FAIL ${data.name} (${data.file}:${data.line})\n  ${indented}\n`;
    }
    if (type === "test:summary" && data.file === undefined) {
      const { passed, failed, cancelled, skipped, todo } = data.counts;
      yield `${passed} passed, ${failed + cancelled} failed, ${skipped + todo} skipped\n`;
    }
  }
}
