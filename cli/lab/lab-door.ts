import { LabError } from "../errors.ts";
import type { Door } from "../subject/site.ts";
import { healthRequest, understandHealth } from "../users/lab-site.ts";
import type { Transport } from "../users/transport.ts";
import { directHost, type Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import type { LabEngine } from "./lab-engine.ts";
import { doorService } from "./own-services.ts";

/**
 * The service `door` (services/door). The engine chooses the port at which it is published, another one at each start: so it is looked
 * up when it is needed, and anew when nobody is there any more.
 */
export function labDoor(lab: Lab, engine: Pick<LabEngine, "publishedPort">, transport: Transport): Door {
  let port: Promise<number | undefined> | undefined;
  const findPort = async () => {
    port ??= engine.publishedPort(lab, doorService);
    const found = await port.catch((error) => {
      port = undefined;
      throw error;
    });
    if (found === undefined) port = undefined;
    return found;
  };
  return {
    async to(place) {
      const found = await findPort();
      if (found === undefined) throw doorClosed(lab);
      return { origin: `http://127.0.0.1:${found}`, host: directHost(place) };
    },
    async ask(place, { connection = "fresh" } = {}) {
      const found = await findPort();
      const reply =
        found === undefined
          ? ({ answered: false, sent: false, reason: `the service ${doorService} does not run` } as const)
          : await transport.send({
              ...healthRequest,
              ...{ origin: `http://127.0.0.1:${found}`, host: directHost(place), connection },
            });
      if (!reply.answered && !reply.sent) port = undefined;
      return understandHealth(reply);
    },
  };
}

function doorClosed(lab: Lab): LabError {
  return new LabError(
    `The service ${doorService} of the lab "${lab.name}" does not run: no app server can be asked alone.`,
    {
      id: "door-closed",
      todo: `Run \`lab reset${nameSuffix(lab.name)}\`.`,
      exit: "environment",
    },
  );
}
