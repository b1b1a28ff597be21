import { nameOfProcess, type ProcessIdentity } from "../host/process-identity.ts";
import { labels } from "../lab/identity/labels.ts";

/** What the labels of a lab say of who started it, as compose.yaml has them. */
export function labelsOfStart({
  owner,
  user,
  stays = false,
}: {
  owner: ProcessIdentity;
  user: string;
  stays?: boolean;
}) {
  return {
    [labels.owner]: nameOfProcess(owner),
    [labels.boot]: owner.bootId,
    [labels.user]: user,
    [labels.host]: owner.host,
    [labels.pidNamespace]: owner.pidNamespace,
    [labels.stays]: stays ? "yes" : "no",
  };
}
