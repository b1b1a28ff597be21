import { appServers, balancer, nodeBalancer } from "../lab/topology.ts";
import { type Deployment, execIn } from "../subject/deployment.ts";

/**
 * How an app server stands in the balancers' lists when that is not as the files in nginx/ say: `draining` gets nobody new,
 * `out` gets nobody, `joined` is a spare server that is in the list now.
 */
export type Standing = "draining" | "out" | "joined";
export type Standings = Readonly<Record<string, Standing>>;

/** The configuration that runs (compose/compose.yaml copies nginx/ there), and what has been changed in it. */
const runningFolder = "/tmp/nginx";
const standingsFile = `${runningFolder}/standings.json`;
/** Where the Node balancer looks for another list than it was started with, at SIGHUP (services/balancers/node/main.ts). */
const nodeBalancerList = "/tmp/app-servers";

/** One change after the other: each begins with what the one before has left. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Changes how one app server stands, in every policy; undefined puts it back as it was. Returns when the change is in effect. Other
 * commands that change the same lists come before or after, never between reading and writing.
 *
 * @throws LabError (`locked`) when one of them does not come to an end
 */
export function changeStanding(deployment: Deployment, server: string, standing: Standing | undefined): Promise<void> {
  const change = last.then(() =>
    deployment.alone("changing the balancers' lists", async () => {
      const { [server]: before, ...others } = await readStandings(deployment);
      if (before === standing) return;
      await apply(deployment, standing === undefined ? others : { ...others, [server]: standing });
    }),
  );
  last = change.catch(() => {});
  return change;
}

/** A balancer that was started anew has forgotten every change: it reads the files as they are shipped. */
export async function readStandings(deployment: Deployment): Promise<Standings> {
  const text = await execIn({ deployment, service: balancer }, ["cat", standingsFile]);
  return text.trim() === "" ? {} : (JSON.parse(text) as Standings);
}

async function apply(deployment: Deployment, standings: Standings): Promise<void> {
  const json = JSON.stringify(standings);
  const said = await execIn({ deployment, service: balancer }, [
    "sh",
    "-c",
    `{ ${nginxScript(standings)}; } 2>&1`,
    "sh",
    json,
  ]);
  if (!said.includes("in effect")) throw new Error(`nginx did not take the new list of app servers: ${said.trim()}`);
  const list = nodeBalancerScript();
  await execIn({ deployment, service: nodeBalancer }, ["sh", "-c", list, "sh", nodeList(standings)]);
}

/**
 * What an operator would do: edit the `server` lines, test the files, reload. A reload starts new workers beside the old ones,
 * which for a moment still take connections: it is in effect when the old ones have ended or are shutting down.
 */
function nginxScript(standings: Standings): string {
  // Who joins gets a copy of a line as it is in the file: before that line is changed itself.
  const joinedFirst = Object.entries(standings).sort(([, standing]) => (standing === "joined" ? -1 : 1));
  const edits = joinedFirst.map(([server, standing]) => `-e '${editOf(server, standing)}'`);
  const policies = `${runningFolder}/policies`;
  return [
    "set -e",
    `cp /etc/nginx/policies/*.conf ${policies}/`,
    ...(edits.length > 0 ? [`sed -i -E ${edits.join(" ")} ${policies}/*.conf`] : []),
    `nginx -q -t -c ${runningFolder}/nginx.conf`,
    `printf %s "$1" > ${standingsFile}`,
    "old=$(cat /proc/1/task/1/children)",
    "kill -HUP 1",
    "for pid in $old; do for turn in $(seq 100); do [ -r /proc/$pid/cmdline ] || break",
    "  title=$(tr '\\0' ' ' < /proc/$pid/cmdline) || break",
    "  case $title in *shutting*) break;; *worker*) sleep 0.05;; *) break;; esac",
    "done; done",
    "echo in effect",
  ].join("\n");
}

/** For `sed -E`. A server that joins gets a line like that of the last one. */
function editOf(server: string, standing: Standing): string {
  const words = { draining: "drain", out: "down" };
  if (standing !== "joined") return `s/^( *server ${server}:3000[^;]*);/\\1 ${words[standing]};/`;
  const neighbour = appServers.at(-1)!;
  return [
    `s/^( *server )${neighbour}(:3000[^;]*);.*/&\\n\\1${server}\\2;/`,
    `s/(${server}:3000.*route=)${neighbour}/\\1${server}/`,
  ].join(";");
}

function nodeBalancerScript(): string {
  return `printf %s "$1" > ${nodeBalancerList} && kill -HUP 1`;
}

/** As the balancer's APP_SERVERS, with nginx's words: `app1:3000,app2:3000 drain`. */
function nodeList(standings: Standings): string {
  const words = { draining: " drain", out: " down", joined: "" };
  const joined = Object.keys(standings).filter((server) => !appServers.includes(server));
  return [...appServers, ...joined.sort()]
    .map((server) => `${server}:3000${standings[server] ? words[standings[server]] : ""}`)
    .join(",");
}
