import { isTerminal, Offer_Operation_Type, scheduler, TaskState } from "@fairlead/mesos-api";

const { Call_Type, Event_Type } = scheduler;

/** The names of an enum without its zero value, in lower case, as Mesos puts them into metrics. */
function enumNames(values: Record<string, string | number>): string[] {
  return Object.keys(values)
    .filter((name) => typeof values[name] === "number" && name !== "UNKNOWN")
    .map((name) => name.toLowerCase());
}

const CALLS = enumNames(Call_Type);
const EVENTS = enumNames(Event_Type);
const OPERATIONS = enumNames(Offer_Operation_Type);
const STATES = Object.values(TaskState).filter((state): state is TaskState => typeof state === "number");

/** What one framework has said, heard and done: `master/frameworks/<name>/<id>/…`. */
export class FrameworkCounters {
  readonly #values = new Map<string, number>();

  constructor() {
    for (const name of ["calls", "events", "operations"]) this.#values.set(name, 0);
    for (const name of CALLS) this.#values.set(`calls/${name}`, 0);
    for (const name of EVENTS) this.#values.set(`events/${name}`, 0);
    for (const name of OPERATIONS) this.#values.set(`operations/${name}`, 0);
    for (const name of ["sent", "accepted", "declined", "rescinded"]) this.#values.set(`offers/${name}`, 0);
    for (const state of STATES) if (isTerminal(state)) this.#values.set(terminalName(state), 0);
  }

  call(type: scheduler.Call_Type): void {
    this.#add("calls", 1);
    this.#add(`calls/${Call_Type[type]?.toLowerCase()}`, 1);
  }

  event(type: scheduler.Event_Type): void {
    this.#add("events", 1);
    this.#add(`events/${Event_Type[type]?.toLowerCase()}`, 1);
  }

  operation(type: Offer_Operation_Type): void {
    this.#add("operations", 1);
    this.#add(`operations/${Offer_Operation_Type[type]?.toLowerCase()}`, 1);
  }

  offers(what: "sent" | "accepted" | "declined" | "rescinded", count: number): void {
    this.#add(`offers/${what}`, count);
  }

  /** A task came to a state that it does not leave. */
  taskEnded(state: TaskState): void {
    this.#add(terminalName(state), 1);
  }

  /** What was counted, under the framework's prefix. */
  values(): ReadonlyMap<string, number> {
    return this.#values;
  }

  /** The framework's tasks by states that they may leave: those are gauges. */
  *activeTasks(active: ReadonlyMap<TaskState, number>): Generator<[string, number]> {
    for (const state of STATES) {
      if (!isTerminal(state)) yield [`tasks/active/${stateName(state)}`, active.get(state) ?? 0];
    }
  }

  #add(name: string, count: number): void {
    this.#values.set(name, (this.#values.get(name) ?? 0) + count);
  }
}

function stateName(state: TaskState): string {
  return TaskState[state]?.toLowerCase() ?? "task_unknown";
}

function terminalName(state: TaskState): string {
  return `tasks/terminal/${stateName(state)}`;
}
