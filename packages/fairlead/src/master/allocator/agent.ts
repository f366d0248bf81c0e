import {
  type AgentId,
  type AgentInfo,
  type AgentInfo_Capability,
  AgentInfo_Capability_Type,
  type FrameworkId,
  Resources,
} from "@fairlead/mesos-api";

/** What an agent has and who has it, as the allocator sees it. Only the allocator changes it. */
export class AllocatorAgent {
  readonly id: AgentId;
  info: AgentInfo;
  isMultiRole = false;
  isHierarchicalRole = false;
  hasGpus = false;
  isActive = true;
  /** Offered or used, by framework, with allocation_info. */
  readonly allocated = new Map<FrameworkId, Resources>();
  #total: Resources;
  #allocatedTotal = Resources.none;
  #available: Resources;

  constructor(id: AgentId, info: AgentInfo, capabilities: readonly AgentInfo_Capability[], total: Resources) {
    this.id = id;
    this.info = info;
    this.#total = total;
    this.#available = total;
    this.setCapabilities(capabilities);
    this.setTotal(total);
  }

  get total(): Resources {
    return this.#total;
  }

  /** What nobody has, without allocation_info. */
  get available(): Resources {
    return this.#available;
  }

  get allocatedTotal(): Resources {
    return this.#allocatedTotal;
  }

  setCapabilities(capabilities: readonly AgentInfo_Capability[]): void {
    const types = new Set(capabilities.map(({ type }) => type));
    this.isMultiRole = types.has(AgentInfo_Capability_Type.MULTI_ROLE);
    this.isHierarchicalRole = types.has(AgentInfo_Capability_Type.HIERARCHICAL_ROLE);
  }

  setTotal(total: Resources): void {
    this.#total = total;
    this.hasGpus = total.scalar("gpus") > 0;
    this.#available = total.minus(this.#allocatedTotal);
  }

  allocate(frameworkId: FrameworkId, resources: Resources): void {
    this.allocated.set(frameworkId, (this.allocated.get(frameworkId) ?? Resources.none).plus(resources));
    this.#allocatedTotal = this.#allocatedTotal.plus(resources.unallocate());
    this.#available = this.#total.minus(this.#allocatedTotal);
  }

  /** Takes back what a framework had. The total may have shrunk meanwhile: what is over it is not available. */
  release(frameworkId: FrameworkId, resources: Resources): void {
    const rest = (this.allocated.get(frameworkId) ?? Resources.none).minus(resources);
    if (rest.isEmpty) this.allocated.delete(frameworkId);
    else this.allocated.set(frameworkId, rest);
    this.#allocatedTotal = this.#allocatedTotal.minus(resources.unallocate());
    this.#available = this.#total.minus(this.#allocatedTotal);
  }
}
