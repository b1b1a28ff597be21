import type { Engine } from "../docker/engine.ts";
import { openService, type Service } from "../servers/service.ts";
import { loadStores } from "../theory/stores.ts";
import { openTransport, type Transport } from "../users/transport.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { Lab } from "./topology.ts";

/** Handles on the services of a lab; closing them closes the connections through which they are felt. */
export interface LabServices extends AsyncDisposable {
  transport: Transport;
  named(name: string): Service;
}

export function openLabServices(lab: Lab, engine: Engine): LabServices {
  const transport = openTransport({ port: lab.port, connections: 8 });
  const storeOf = new Map(loadStores().flatMap(({ server, id }) => (server === null ? [] : [[server, id] as const])));
  return {
    transport,
    named: (name) => openService(name, { deployment: labDeployment(lab, engine), transport, storeOf }),
    [Symbol.asyncDispose]: () => transport.close(),
  };
}

/** The names of a lab's services, sorted. */
export async function serviceNames(lab: Lab, engine: Engine): Promise<string[]> {
  return (await engine.states(lab)).map(({ service }) => service).sort();
}
