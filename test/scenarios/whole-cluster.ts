import { type MessageInitShape, type TaskInfoSchema, TaskState } from "@fairlead/mesos-api";
import { Rig } from "fairlead/agent/testing/rig.ts";
import { commandTask, TestCluster } from "fairlead/master/testing/test-cluster.ts";
import { type FrameworkInit, MODERN, TestScheduler } from "fairlead/master/testing/test-scheduler.ts";
import { DirectLinks } from "./direct-links.ts";

/** A real master and a real agent in one process, under one virtual clock; only the kernel is a fake. */
export class WholeCluster implements AsyncDisposable {
  readonly cluster: TestCluster;
  readonly rig: Rig;
  readonly links: DirectLinks;

  private constructor(cluster: TestCluster, rig: Rig) {
    this.cluster = cluster;
    this.rig = rig;
    this.links = new DirectLinks(() => cluster.master);
    rig.link = (doom) => this.links.link(doom);
  }

  static async start(): Promise<WholeCluster> {
    const cluster = await TestCluster.start();
    const whole = new WholeCluster(cluster, await Rig.create(cluster.clock));
    await whole.rig.start();
    return whole;
  }

  /** The agent is killed, and the master notices that its connection is gone. */
  crashAgent(): void {
    this.rig.crash();
    this.links.break();
  }

  /** Another master in the place of this one; frameworks come when they do. */
  async restartMaster(): Promise<void> {
    await this.cluster.restart();
  }

  async framework(info: Partial<FrameworkInit> = {}): Promise<Scheduler> {
    const framework = new Scheduler(this.cluster.master, {
      ...MODERN,
      checkpoint: true,
      user: "alice",
      failoverTimeout: 3600,
      ...info,
    });
    framework.subscribe();
    return framework;
  }

  /** Launches a task with the next offer. */
  async launch(
    framework: Scheduler,
    taskId: string,
    rest: Partial<MessageInitShape<typeof TaskInfoSchema>> = {},
  ): Promise<void> {
    const offers = () => framework.offers.filter(({ id }) => !framework.used.has(id?.value ?? ""));
    await this.until(framework, () => offers().length > 0);
    const [offer] = offers();
    framework.used.add(offer?.id?.value ?? "");
    framework.launch([offer!], commandTask(taskId, offer!, "cpus:1;mem:128", rest));
  }

  /** Lets time pass, and the framework acknowledge, until `condition`. */
  async until(framework: Scheduler, condition: () => boolean): Promise<void> {
    await this.rig.settleUntil(() => {
      framework.acknowledgeAll();
      return condition();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.master.close();
    await this.rig[Symbol.asyncDispose]();
  }
}

/** A scheduler that acknowledges what it gets, when it is looked after. */
export class Scheduler extends TestScheduler {
  readonly used = new Set<string>();
  readonly #acknowledged = new Set<string>();
  acknowledging = true;

  acknowledgeAll(): void {
    if (!this.acknowledging) return;
    for (const status of this.statuses) {
      const uuid = Buffer.from(status.uuid).toString("hex");
      if (uuid === "" || this.#acknowledged.has(uuid)) continue;
      this.#acknowledged.add(uuid);
      this.acknowledge(status);
    }
  }

  /** The states that a task was told in, without repetitions of the same update. */
  states(taskId: string): string[] {
    const seen = new Set<string>();
    return this.statuses
      .filter(({ taskId: id }) => id?.value === taskId)
      .filter(({ uuid }) => {
        const key = Buffer.from(uuid).toString("hex");
        return key === "" || (seen.has(key) ? false : seen.add(key));
      })
      .map(({ state }) => TaskState[state].replace("TASK_", ""));
  }
}
