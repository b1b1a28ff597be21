import { balancersAmong } from "../balancers/balancer.ts";
import { logOf } from "../subject/deployment.ts";
import type { RunContext } from "./run-context.ts";

/** Puts on record what the balancers must never write, whatever the scenario. @param sinceMs since 1970 */
export async function noteAlerts(
  { deployment, services, recorder }: Pick<RunContext, "deployment" | "services" | "recorder">,
  sinceMs: number,
): Promise<void> {
  for (const { service, balancer } of await balancersAmong(services)) {
    const log = await logOf({ deployment, service }, { from: balancer.logsTo, sinceMs }).catch(() => "");
    for (const line of balancer.alarms(log))
      recorder.record({ type: "alert", at: recorder.now(), service, line: line.trim() });
  }
}
