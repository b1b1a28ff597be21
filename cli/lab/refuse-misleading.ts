import { LabError } from "../errors.ts";
import { describeStranger, type Stranger } from "./is-ours.ts";

/**
 * Before Compose is told to start services: it knows its containers by their labels alone, and would start whatever has copied
 * them, or replace it with all that is in it.
 *
 * @param strangers those that say that they are one of these services
 * @throws LabError (`stranger-in-the-way`)
 */
export function refuseMisleading(strangers: readonly Stranger[]): void {
  const [first] = strangers.filter(({ misleadsCompose }) => misleadsCompose);
  if (!first) return;
  throw new LabError(`Compose would start or replace what is not the lab's: ${describeStranger(first)}.`, {
    id: "stranger-in-the-way",
    todo: `Choose another --name; or, when nobody needs it any more, run \`docker rm ${first.name}\`.`,
    exit: "environment",
  });
}
