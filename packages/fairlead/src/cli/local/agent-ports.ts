/** Ports of each agent: those of Mesos's default, and as many more for each further agent of the machine. */
const FIRST_PORT = 31_000;
const PORTS_PER_AGENT = 1001;
const LAST_PORT = 65_535;

/**
 * The ports that the `index`th of several agents on one machine offers: none of them may give out a port that another one has.
 *
 * The first has Mesos's default; those for which nothing is left offer none.
 */
export function agentPorts(index: number): string {
  const begin = FIRST_PORT + index * PORTS_PER_AGENT;
  const end = begin + PORTS_PER_AGENT - 1;
  return end <= LAST_PORT ? `ports:[${begin}-${end}]` : "ports:[]";
}
