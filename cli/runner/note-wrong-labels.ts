import { named } from "../history/services.ts";
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
