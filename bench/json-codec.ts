// Messages a second through Mesos's JSON; binary and plain JSON.parse for comparison.
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { missingRequired, readJson, scheduler, TaskStatusSchema, writeJson } from "@fairlead/mesos-api";

const STATUS = `{"task_id":{"value":"web.6b5c"},"state":"TASK_RUNNING","source":"SOURCE_EXECUTOR","agent_id":{"value":"6b5c-S0"},
  "executor_id":{"value":"web.6b5c"},"timestamp":1700000000.1,"uuid":"AAECAwQFBgcICQoLDA0ODw==","container_status":{
  "container_id":{"value":"2f0c5d5e-0d4b-4e06-8b1e-0f5d3a1b7c11"},"network_infos":[{"name":"blue",
  "ip_addresses":[{"ip_address":"10.9.0.7"}],"port_mappings":[{"host_port":31080,"container_port":80}]}]}}`;

const OFFER = `{"id":{"value":"6b5c-O0"},"framework_id":{"value":"6b5c-0000"},"agent_id":{"value":"6b5c-S0"},"hostname":"node-1",
  "resources":[{"name":"cpus","type":"SCALAR","scalar":{"value":3.9}},{"name":"mem","type":"SCALAR","scalar":{"value":2048}},
  {"name":"ports","type":"RANGES","ranges":{"range":[{"begin":31000,"end":32000}]}}],"allocation_info":{"role":"web"}}`;

/** Long enough for the compiler to settle and for a stable mean. */
const MEASURE_MS = 500;

function perSecond(run: () => void): string {
  const measure = () => {
    const start = performance.now();
    let rounds = 0;
    while (performance.now() - start < MEASURE_MS) {
      for (let i = 0; i < 10; i++) {
        run();
      }
      rounds += 10;
    }
    return (rounds / (performance.now() - start)) * 1000;
  };
  measure();
  return Math.round(measure()).toLocaleString("en").padStart(10);
}

function bench<Desc extends DescMessage>(name: string, schema: Desc, json: string): void {
  const message: MessageShape<Desc> = readJson(schema, json);
  const text = writeJson(schema, message);
  const bytes = toBinary(schema, message);
  console.log(`\n${name}: ${text.length} characters of JSON, ${bytes.length} bytes`);
  console.log(`  writeJson       ${perSecond(() => writeJson(schema, message))}/s`);
  console.log(`  toBinary        ${perSecond(() => toBinary(schema, message))}/s`);
  console.log(`  readJson        ${perSecond(() => readJson(schema, text))}/s`);
  console.log(`  JSON.parse      ${perSecond(() => JSON.parse(text))}/s`);
  console.log(`  fromBinary      ${perSecond(() => fromBinary(schema, bytes))}/s`);
  console.log(`  missingRequired ${perSecond(() => missingRequired(schema, message))}/s`);
}

bench("TaskStatus", TaskStatusSchema, STATUS);
bench(
  "an event with 100 offers",
  scheduler.EventSchema,
  `{"type":"OFFERS","offers":{"offers":[${Array(100).fill(OFFER)}]}}`,
);
