/** A reporter for node:test that prints one line: passed, failed, skipped. Suites are not counted, cancelled tests have failed. */
export default async function* counts(events) {
  for await (const { type, data } of events) {
    // With a process for each file there is a summary per file too, which names it.
    if (type !== "test:summary" || data.file !== undefined) continue;
    const { passed, failed, cancelled, skipped, todo } = data.counts;
    yield `${passed} ${failed + cancelled} ${skipped + todo}\n`;
  }
}
