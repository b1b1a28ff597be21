import { execIn } from "../subject/deployment.ts";
import { defineBalancer, type Standing, type Standings, startOfProcess } from "./balancer.ts";

/** The configuration that runs (compose/compose.yaml copies nginx/ there), and what has been changed in it. */
const runningFolder = "/tmp/nginx";
const standingsFile = `${runningFolder}/standings.json`;

export default defineBalancer({
  id: "nginx",
  version: ["nginx", "-v"],
  healthPath: "/balancer-healthz",
  logsTo: "stderr",
  life: startOfProcess,

  lists: {
    async read(at) {
      const text = await execIn(at, ["cat", standingsFile]);
      return text.trim() === "" ? {} : (JSON.parse(text) as Standings);
    },

    async change(at, standings, appServers) {
      const script = `{ ${changing(standings, appServers)}; } 2>&1`;
      const said = await execIn(at, ["sh", "-c", script, "sh", JSON.stringify(standings)]);
      if (!said.includes("in effect"))
        throw new Error(`${at.service} did not take the new list of app servers: ${said.trim()}`);
    },
  },

  /**
   * Said once for each failure window (`max_fails`, `fail_timeout`), as a warning, with the address of the server and the host name
   * that was asked for: https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_fails
   */
  failovers(log, addresses) {
    const services = new Map([...addresses].map(([service, address]) => [address, service]));
    return log.split("\n").flatMap((line) => {
      if (!line.includes("upstream server temporarily disabled")) return [];
      const server = services.get(/upstream: "http:\/\/([\d.]+):/.exec(line)?.[1] ?? "");
      const policy = /host: "([a-z0-9-]+)\./.exec(line)?.[1];
      const tookNoConnection = line.includes("while connecting to upstream");
      return server && policy ? [{ server, policy, tookNoConnection, line }] : [];
    });
  },

  alarms: (log) => log.split("\n").filter((line) => /\[(alert|emerg)\]/.test(line)),
});

/**
 * What an operator would do: edit the `server` lines, test the files, reload. A reload starts new workers beside the old ones,
 * which for a moment still take connections: it is in effect when the old ones have ended or are shutting down.
 */
function changing(standings: Standings, appServers: readonly string[]): string {
  // Who joins gets a copy of a line as it is in the file: before that line is changed itself.
  const joinedFirst = Object.entries(standings).sort(([, standing]) => (standing === "joined" ? -1 : 1));
  const edits = joinedFirst.map(([server, standing]) => `-e '${editOf(server, standing, appServers.at(-1)!)}'`);
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

/** For `sed -E`. A server that joins gets a line like that of its neighbour. */
function editOf(server: string, standing: Standing, neighbour: string): string {
  const words = { draining: "drain", out: "down" };
  if (standing !== "joined") return `s/^( *server ${server}:3000[^;]*);/\\1 ${words[standing]};/`;
  return [
    `s/^( *server )${neighbour}(:3000[^;]*);.*/&\\n\\1${server}\\2;/`,
    `s/(${server}:3000.*route=)${neighbour}/\\1${server}/`,
  ].join(";");
}
