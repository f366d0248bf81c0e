/** Resolves with the first SIGINT or SIGTERM. The second one ends the process at once, with the status that shells give such an end. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let signalled = false;
    const onSignal = (signal: NodeJS.Signals, number: number): void => {
      if (signalled) process.exit(128 + number);
      signalled = true;
      resolve(signal);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}
