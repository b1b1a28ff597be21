import { balancersAmong, type Standing, type Standings } from "../balancers/balancer.ts";
import { named } from "../history/services.ts";
import type { Subject } from "../subject/subject.ts";

type Balanced = Pick<Subject, "services" | "deployment">;

/** One change after the other: each begins with what the one before has left. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Changes how one app server stands in the lists of all balancers, in every policy; undefined puts it back as it was. Returns when the
 * change is in effect. Other commands that change the same lists come before or after, never between reading and writing.
 *
 * @throws LabError (`locked`) when one of them does not come to an end
 */
export function changeStanding(subject: Balanced, server: string, standing: Standing | undefined): Promise<void> {
  const { services, deployment } = subject;
  const change = last.then(() =>
    deployment.alone("changing the balancers' lists", async () => {
      for (const { service, balancer } of await balancersAmong(services)) {
        const at = { deployment, service };
        const { [server]: before, ...others } = await balancer.lists.read(at);
        if (before === standing) continue;
        const all = standing === undefined ? others : { ...others, [server]: standing };
        await balancer.lists.change(at, all, named(services, "app-server"));
      }
    }),
  );
  last = change.catch(() => {});
  return change;
}

/**
 * Who stands otherwise in a balancer's list than its files say. A balancer that is down has no list.
 *
 * @throws Error what went wrong, when no balancer says anything
 */
export async function readStandings({ services, deployment }: Balanced): Promise<Standings> {
  const balancers = await balancersAmong(services);
  const read = await Promise.allSettled(
    balancers.map(({ service, balancer }) => balancer.lists.read({ deployment, service })),
  );
  const known = read.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [first] = read;
  if (known.length === 0 && first?.status === "rejected") throw first.reason;
  return Object.assign({}, ...known.reverse());
}
