import { execIn } from "../subject/deployment.ts";
import { defineBalancer, type Standing, type Standings, startOfProcess } from "./balancer.ts";

/** The words of its list (services/balancers/node/settings.ts), which are nginx's. */
const words: Record<Exclude<Standing, "joined">, string> = { draining: "drain", out: "down" };

/**
 * The lab's own balancer in Node. Its environment names the list that it is started with (APP_SERVERS), and the file in which it looks
 * for another one at SIGHUP (APP_SERVERS_FILE): `app1:3000,app2:3000 drain`.
 */
export default defineBalancer({
  id: "node",
  version: ["node", "--version"],
  healthPath: "/balancer-healthz",
  logsTo: "stdout",
  life: startOfProcess,

  lists: {
    async read(at) {
      const said = await execIn(at, ["sh", "-c", 'echo "$APP_SERVERS"; cat "$APP_SERVERS_FILE"']);
      const [first = "", now = ""] = said.split("\n");
      const named = entriesOf(first).map(({ server }) => server);
      return Object.fromEntries(entriesOf(now).flatMap((entry) => standingOf(entry, named)));
    },

    async change(at, standings) {
      const first = (await execIn(at, ["sh", "-c", 'echo "$APP_SERVERS"'])).trim();
      const write = 'printf %s "$1" > "$APP_SERVERS_FILE" && kill -HUP 1';
      await execIn(at, ["sh", "-c", write, "sh", changed(first, standings)]);
    },
  },

  /** services/balancers/node/app-servers.ts */
  failovers: (log) =>
    log.split("\n").flatMap((line) => {
      const server = /^(\S+) is down: /.exec(line)?.[1];
      return server ? [{ server, tookNoConnection: line.includes(": no connection within"), line }] : [];
    }),

  /** What it cannot go on with ends it. */
  alarms: () => [],
});

interface Entry {
  server: string;
  port: string;
  word: string;
}

function entriesOf(list: string): Entry[] {
  return [...list.matchAll(/([^\s,:]+):(\d+)(?: (\w+))?/g)].map(([, server = "", port = "", word = ""]) => ({
    ...{ server, port, word },
  }));
}

function standingOf({ server, word }: Entry, named: readonly string[]): [string, Standing][] {
  if (!named.includes(server)) return [[server, "joined"]];
  return (["draining", "out"] as const).flatMap((standing) => (words[standing] === word ? [[server, standing]] : []));
}

/** The list that it was started with, changed. */
function changed(list: string, standings: Standings): string {
  const entries = entriesOf(list);
  const joined = Object.keys(standings).filter((server) => standings[server] === "joined");
  return [
    ...entries.map(({ server, port }) => {
      const standing = standings[server];
      return `${server}:${port}${standing === undefined || standing === "joined" ? "" : ` ${words[standing]}`}`;
    }),
    ...joined.sort().map((server) => `${server}:${entries.at(-1)!.port}`),
  ].join(",");
}
