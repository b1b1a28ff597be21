/**
 * Labels on everything that belongs to a lab (set in compose/compose.yaml). What does not carry them is never touched; who carries
 * them may have copied them (`cli/lab/is-ours.ts`).
 */
export const labels = {
  /** Name of the lab. */
  lab: "dev.session-lab.lab",
  /** Made anew for every start of a lab; `by-hand` where no `lab` command started it. */
  id: "dev.session-lab.id",
  /** Process id and start time of the command that started it, e.g. `4711@88212345`. */
  owner: "dev.session-lab.owner",
  /** The boot of the machine in which that process ran. */
  boot: "dev.session-lab.boot",
  /** The user who started it, e.g. `alice`; by hand, what his shell calls him. */
  user: "dev.session-lab.user",
  /** The machine, or the container, in which that process ran, and where its number means something. */
  host: "dev.session-lab.host",
  pidNamespace: "dev.session-lab.pid-namespace",
  /** `yes`: it stays when that process has ended, until somebody removes it; `no`: it goes with it. */
  stays: "dev.session-lab.stays",
  /** A checksum of the path of the state folder (LAB_HOME) in which it is on record who uses it. */
  records: "dev.session-lab.records",
  /** Of the `lab` command. */
  version: "dev.session-lab.version",
  /** On nginx: the published port. */
  port: "dev.session-lab.port",
  /** On nginx: first three octets of the lab's subnet. */
  subnetPrefix: "dev.session-lab.subnet-prefix",
  /** Compose's own: the name of the service. */
  service: "com.docker.compose.service",
  project: "com.docker.compose.project",
  /** Compose's own: the id of the image that it made a container from. */
  image: "com.docker.compose.image",
  /** Compose's own: `True` on what `docker compose run` made, otherwise `False`. */
  oneOff: "com.docker.compose.oneoff",
  /** Compose's own: the name of a volume in the file, where each has the name of the service that it is for. */
  volume: "com.docker.compose.volume",
} as const;

/** What says of a lab which start of it this is, and who started it. */
export const startLabels = [
  labels.id,
  labels.owner,
  labels.boot,
  labels.user,
  labels.host,
  labels.pidNamespace,
  labels.stays,
  labels.records,
  labels.version,
];

/** Those that an earlier version did not give are not there. */
export type LabelsOfStart = Readonly<Record<string, string | undefined>>;

/** What compose.yaml says where no `lab` command started the lab. */
export const byHand = "by-hand";

/** Each start once, as `labels.id` names it. */
export function idsOf(starts: readonly LabelsOfStart[]): string[] {
  return [...new Set(starts.map((start) => start[labels.id]!))];
}
