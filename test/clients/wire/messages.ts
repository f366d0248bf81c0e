/** The v1 messages as a client in some other language declares them: the names of the wire, and only what is read here. */

export interface Id {
  readonly value: string;
}

export interface Resource {
  readonly name: string;
  readonly type: "SCALAR" | "RANGES" | "SET";
  readonly scalar?: { readonly value: number };
  readonly ranges?: { readonly range: readonly { readonly begin: number; readonly end: number }[] };
  readonly role?: string;
  readonly reservation?: object;
  readonly reservations?: readonly { readonly role: string; readonly type: string }[];
  readonly allocation_info?: { readonly role: string };
}

export interface Offer {
  readonly id: Id;
  readonly framework_id: Id;
  readonly agent_id: Id;
  readonly hostname: string;
  readonly url: { readonly scheme: string; readonly path: string; readonly address: object };
  readonly resources: readonly Resource[];
  readonly allocation_info?: { readonly role: string };
}

export interface NetworkInfo {
  readonly name?: string;
  readonly ip_addresses?: readonly { readonly protocol: string; readonly ip_address: string }[];
}

export interface ContainerStatus {
  readonly container_id?: Id;
  readonly network_infos?: readonly NetworkInfo[];
}

export interface TaskStatus {
  readonly task_id: Id;
  readonly state: string;
  readonly source?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly agent_id?: Id;
  readonly executor_id?: Id;
  readonly timestamp?: number;
  /** Base64 of 16 bytes. */
  readonly uuid?: string;
  readonly container_status?: ContainerStatus;
}

export interface Event {
  readonly type: string;
  readonly subscribed?: {
    readonly framework_id: Id;
    readonly heartbeat_interval_seconds: number;
    readonly master_info: { readonly id: string; readonly ip: number; readonly pid: string };
  };
  readonly offers?: { readonly offers: readonly Offer[] };
  readonly rescind?: { readonly offer_id: Id };
  readonly update?: { readonly status: TaskStatus };
  readonly failure?: object;
  readonly error?: { readonly message: string };
}
