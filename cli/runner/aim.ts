import { LabError } from "../errors.ts";
import type { Fault } from "../servers/fault.ts";
import { masterOf } from "../servers/server-groups.ts";
import { servicesMeant, type Target } from "../theory/targets.ts";
import type { RunContext } from "./run-context.ts";
import { fullestServer, type SessionsKept } from "./where-sessions-are.ts";

export type Aiming = Pick<RunContext, "victim" | "services" | "architectures" | "deployment"> & SessionsKept;

/** The faults, aimed at the services that are meant at this moment. @throws LabError (`no-master`, `no-shares`) */
export async function aim(run: Aiming, faults: readonly Fault<Target>[]): Promise<Fault[]> {
  const aimed = await Promise.all(
    faults.map(async (fault) => (await servicesNow(run, fault.target)).map((target) => ({ ...fault, target }))),
  );
  return aimed.flat();
}

async function servicesNow(run: Aiming, target: Target): Promise<readonly string[]> {
  const role = typeof target === "string" ? undefined : target.role;
  if (role === "master") return [await masterNow(run)];
  if (role === "fullest") return [fullestNow(run)];
  return servicesMeant(target, { ...run, stores: run.architectures.map(({ store }) => store) });
}

function fullestNow({ keptOn }: SessionsKept): string {
  const server = fullestServer(keptOn);
  if (server) return server;
  throw new LabError("No chosen store shares its sessions out over several servers, or nobody is logged in there.", {
    id: "no-shares",
    todo: "Choose one that does: --store redis-cluster.",
    exit: "usage",
  });
}

async function masterNow({ architectures, deployment }: Aiming): Promise<string> {
  const store = architectures.map((architecture) => architecture.store).find(({ group }) => group?.holds === "copies");
  const found = store && (await masterOf(store, deployment));
  if (found) return found;
  throw new LabError(store ? `The servers of ${store.id} have no master.` : "No chosen store has a master.", {
    id: "no-master",
    todo: store ? "Look with `lab status`; `lab reset` begins anew." : "Choose one that has: --store redis-sentinel.",
    exit: store ? "environment" : "usage",
  });
}
