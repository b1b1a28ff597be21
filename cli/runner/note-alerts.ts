import { balancersAmong } from "../balancers/balancer.ts";
import { logOf } from "../subject/deployment.ts";
import { named } from "../subject/roles.ts";
import type { RunContext } from "./run-context.ts";

/**
 * A cookie that names an app server (nginx's `route=`) should name the one that answers. Sessions are led rightly all the same:
 * who reads the label, in a log or to drain a server, is misled.
 */
export function noteWrongLabels({
  members,
  appServers,
  services,
  recorder,
}: Pick<RunContext, "members" | "appServers" | "services" | "recorder">): void {
  const wrong = new Map<string, string>();
  for (const { user, architecture, seat } of members)
    for (const { name, value } of user.cookies)
      if (seat !== undefined && appServers.includes(value) && value !== seat)
        wrong.set(architecture.policy.id, `the affinity cookie says ${name}=${value}, and ${seat} answers`);
  const [service = "the balancer"] = named(services, "balancer");
  for (const [policy, says] of wrong)
    recorder.record({ type: "alert", at: recorder.now(), service, line: `policy ${policy}: ${says}` });
}

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
