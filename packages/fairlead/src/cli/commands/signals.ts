/** What tells a process to stop: a terminal, a service manager, and a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Resolves with the first signal to stop. The second one ends the process at once, with the status that shells give such an end. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let signalled = false;
    const onSignal = (signal: NodeJS.Signals, number: number): void => {
      if (signalled) process.exit(128 + number);
      signalled = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}

/** Resolves with SIGUSR1, by which operators take an agent of Mesos out of its cluster. Node.js would open its debugger on it. */
export function leaveSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.on("SIGUSR1", resolve);
  });
}
