import { balancersAmong } from "../../balancers/balancer.ts";
import type { SiteReply } from "../../subject/site.ts";
import type { Subject } from "../../subject/subject.ts";
import type { Access } from "../../users/access.ts";
import type { Feeling } from "./feeling.ts";

/** A host name that belongs to no architecture: the balancer at the front answers by itself. */
const nobodys = "balancer";

/**
 * Asks a balancer by a host name of one of its policies; the one at the front of the subject, which every request passes, by a host
 * name of nobody. Status 5xx is what another one says in its place.
 */
export async function probeBalancer(
  name: string,
  {
    services,
    architectures,
    deployment,
    transport,
    originOf,
  }: Pick<Subject, "services" | "architectures" | "deployment"> & Pick<Access, "transport" | "originOf">,
): Promise<Feeling> {
  const known = await balancersAmong(services);
  const own = known.find(({ service }) => service === name)?.balancer;
  if (!own) return { answers: false, life: undefined, says: `nobody knows how to ask ${name}` };
  const architecture = architectures.find(({ policy }) => policy.balancerKind === own.id);
  if (!architecture) return { answers: false, life: undefined, says: `no policy leads to ${name}` };
  const isFront = known[0]?.service === name;
  const reply = await transport.send({
    origin: originOf(architecture.policy.id),
    host: isFront ? nobodys : architecture.host,
    ...{ method: "GET", path: own.healthPath, headers: {}, connection: "fresh" },
  });
  const answers = reply.answered && reply.status < 500;
  const life = answers ? await own.life({ deployment, service: name }) : undefined;
  return { answers, life, says: life ? `${name} answers, its process began at tick ${life}` : describe(name, reply) };
}

function describe(name: string, reply: SiteReply): string {
  if (reply.answered) return `asking ${name} gives status ${reply.status}`;
  return `asking ${name}: ${reply.reason}`;
}
