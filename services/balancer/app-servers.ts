/** The app servers as the balancer sees them: where they are, whether they are well, whose turn it is. */
import { Agent } from "node:http";
import type { Address } from "./settings.ts";

/** Shorter than the app servers' own 75 s: so the balancer closes first, never under a request. */
const IDLE_CONNECTION_MS = 60_000;

export interface AppServer extends Address {
  /** What the affinity cookie calls it. */
  readonly place: number;
  /** Its kept-alive connections. */
  readonly agent: Agent;
  readonly isUp: boolean;
}

export class AppServers {
  readonly all: readonly AppServer[];
  readonly #up: boolean[];
  readonly #log: (line: string) => void;
  /** Counted apart: were there one count, a steady rhythm of known browsers could send all new ones to the same server. */
  readonly #turns = { new: 0, known: 0 };

  /** All are taken to be up until one is found not to be. */
  constructor(addresses: readonly Address[], log: (line: string) => void) {
    const up = addresses.map(() => true);
    this.#up = up;
    this.#log = log;
    this.all = addresses.map((address, place) => ({
      ...address,
      place,
      agent: new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
      get isUp() {
        return up[place]!;
      },
    }));
  }

  /**
   * In which order to try them for one request: those that are up before those that are not (which may have come back since),
   * the one that the browser's cookie names before its equals, the others in turn.
   */
  inOrder(wanted: number | undefined): AppServer[] {
    const isKnown = wanted !== undefined && this.all[wanted]?.isUp === true;
    const turn = this.#turns[isKnown ? "known" : "new"]++;
    return [true, false].flatMap((isUp) => {
      const equals = this.all.filter((server) => server.isUp === isUp);
      const isWanted = ({ place }: AppServer) => place === wanted;
      const others = equals.filter((server) => !isWanted(server));
      return [...equals.filter(isWanted), ...rotated(others, turn)];
    });
  }

  markUp(server: AppServer): void {
    if (server.isUp) return;
    this.#up[server.place] = true;
    this.#log(`${server.host} is up again`);
  }

  markDown(server: AppServer, reason: string): void {
    if (!server.isUp) return;
    this.#up[server.place] = false;
    this.#log(`${server.host} is down: ${reason}`);
    // What is idle now may be dead without having been told so.
    for (const socket of Object.values(server.agent.freeSockets).flat()) socket?.destroy();
  }

  close(): void {
    for (const { agent } of this.all) agent.destroy();
  }
}

function rotated<Item>(items: readonly Item[], turn: number): Item[] {
  const first = turn % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
