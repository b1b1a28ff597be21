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
  #all: readonly AppServer[] = [];
  readonly #up = new Map<string, boolean>();
  readonly #log: (line: string) => void;
  /** Counted apart: were there one count, a steady rhythm of known browsers could send all new ones to the same server. */
  readonly #turns = { new: 0, known: 0 };

  /** All are taken to be up until one is found not to be. */
  constructor(addresses: readonly Address[], log: (line: string) => void) {
    this.#log = log;
    this.change(addresses);
  }

  get all(): readonly AppServer[] {
    return this.#all;
  }

  /** Another list from now on. A server that was in the old one, too, keeps its connections and its state. @returns the new ones */
  change(addresses: readonly Address[]): AppServer[] {
    const before = new Map(this.#all.map((server) => [nameOf(server), server]));
    const up = this.#up;
    this.#all = addresses.map((address, place) => {
      const name = nameOf(address);
      if (!before.has(name)) up.set(name, true);
      return {
        ...address,
        place,
        agent: before.get(name)?.agent ?? new Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
        get isUp() {
          return up.get(name)!;
        },
      };
    });
    const now = new Set(this.#all.map(nameOf));
    for (const [name, { agent }] of before) if (!now.has(name)) agent.destroy();
    return this.#all.filter((server) => !before.has(nameOf(server)));
  }

  /** Whether a server of this name is still in the list. */
  has(server: AppServer): boolean {
    return this.#all.some((other) => nameOf(other) === nameOf(server));
  }

  /**
   * In which order to try them for one request: those that are up before those that are not (which may have come back since),
   * the one that the browser's cookie names before its equals, the others in turn. One that drains is there for its own only.
   */
  inOrder(wanted: number | undefined): AppServer[] {
    const mayServe = ({ standing, place }: AppServer) =>
      standing === undefined || (standing === "drain" && place === wanted);
    const isKnown = this.all.some((server) => server.place === wanted && server.isUp && mayServe(server));
    const turn = this.#turns[isKnown ? "known" : "new"]++;
    return [true, false].flatMap((isUp) => {
      const equals = this.all.filter((server) => server.isUp === isUp && mayServe(server));
      const isWanted = ({ place }: AppServer) => place === wanted;
      const others = equals.filter((server) => !isWanted(server));
      return [...equals.filter(isWanted), ...rotated(others, turn)];
    });
  }

  markUp(server: AppServer): void {
    if (server.isUp) return;
    this.#up.set(nameOf(server), true);
    this.#log(`${server.host} is up again`);
  }

  markDown(server: AppServer, reason: string): void {
    if (!server.isUp) return;
    this.#up.set(nameOf(server), false);
    this.#log(`${server.host} is down: ${reason}`);
    // What is idle now may be dead without having been told so.
    for (const socket of Object.values(server.agent.freeSockets).flat()) socket?.destroy();
  }

  close(): void {
    for (const { agent } of this.all) agent.destroy();
  }
}

function nameOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

function rotated<Item>(items: readonly Item[], turn: number): Item[] {
  const first = turn % Math.max(1, items.length);
  return [...items.slice(first), ...items.slice(0, first)];
}
