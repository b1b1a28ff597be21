import type { Access } from "../users/access.ts";
import { labSite } from "../users/lab-site.ts";
import { openTransport } from "../users/transport.ts";
import type { Lab } from "./identity/lab.ts";
import { labDoor } from "./lab-door.ts";
import type { LabEngine } from "./lab-engine.ts";

/** How a lab is reached over HTTP; whoever opens it closes its transport. @param options connections to each port */
export function openLabAccess(lab: Lab, engine: LabEngine, options: { connections?: number } = {}): Access {
  const transport = openTransport(options);
  return { site: labSite, transport, originOf: labOrigins(lab), door: labDoor(lab, engine, transport) };
}

/** nginx, which hands on what other balancers are to get. */
export function labOrigins({ port }: Pick<Lab, "port">): Access["originOf"] {
  const origin = `http://127.0.0.1:${port}`;
  return () => origin;
}
