import type { ContainerInfo, NetworkInspectInfo, VolumeInspectInfo } from "dockerode";
import { LabError } from "../errors.ts";
import type { Container, ContainerState } from "../subject/deployment.ts";
import { type ContainerNames, openContainer, stateOf, unlessAlreadySo } from "./container.ts";
import { answerDeadlineMs, openDocker } from "./docker-api.ts";
import { type Leave, leaveInTurn } from "./leave-in-turn.ts";

/** What a container was made from. */
export interface MadeFrom {
  image: string;
  environment: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
}

/** Something that can be removed. */
export interface Removable {
  kind: "container" | "network" | "volume" | "process";
  /** Of a volume: its name. */
  id: string;
}

export interface EngineOptions {
  /** Silence for which an answer is waited. */
  timeoutMs?: number;
  /** Does something while no other process does; around whatever takes a container off a network. */
  alone?: Leave;
}

/** What is asked of an engine, and what it is told to do, to containers, networks and volumes; whose these are others know. */
export class Engine {
  readonly #docker;
  readonly #leave: Leave;

  constructor({ timeoutMs = answerDeadlineMs, alone }: EngineOptions = {}) {
    this.#docker = openDocker({ timeoutMs });
    this.#leave = leaveInTurn(() => this.version(), alone);
  }

  async version(): Promise<string> {
    return (await this.#docker.version()).Version;
  }

  /** Subnets of all networks of the engine, e.g. `172.17.0.0/16`. */
  async subnets(): Promise<string[]> {
    const networks = await this.#docker.listNetworks();
    return networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])));
  }

  /** Containers with all of these labels (`label` or `label=value`), running or not. */
  async containersWith(label: readonly string[]): Promise<ContainerInfo[]> {
    return this.#docker.listContainers({ all: true, filters: { label: [...label] } });
  }

  async networksWith(label: readonly string[]): Promise<NetworkInspectInfo[]> {
    return this.#docker.listNetworks({ filters: { label: [...label] } });
  }

  /** @param label all volumes without any */
  async volumesWith(label: readonly string[] = []): Promise<VolumeInspectInfo[]> {
    // The engine says null when there is none.
    return (await this.#docker.listVolumes({ filters: { label: [...label] } })).Volumes ?? [];
  }

  /** The labels of an image; undefined when it is gone. */
  async labelsOfImage(image: string): Promise<Record<string, string> | undefined> {
    try {
      return (await this.#docker.getImage(image).inspect()).Config?.Labels ?? {};
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) return undefined;
      throw error;
    }
  }

  container(id: string, names: ContainerNames): Container {
    return openContainer(this.#docker, id, names, this.#leave);
  }

  async stateOf(id: string, names: ContainerNames): Promise<ContainerState> {
    return stateOf(await this.#docker.getContainer(id).inspect(), names);
  }

  async madeFromOf(id: string): Promise<MadeFrom> {
    const { Config } = await this.#docker.getContainer(id).inspect();
    const pairs = Config.Env.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]);
    return { image: Config.Image, environment: Object.fromEntries(pairs), labels: Config.Labels };
  }

  /** Name -> address, of those that a container was given (`extra_hosts` in a Compose file). */
  async extraHostsOf(id: string): Promise<Map<string, string>> {
    const { HostConfig } = await this.#docker.getContainer(id).inspect();
    const hosts: string[] = HostConfig.ExtraHosts ?? [];
    return new Map(hosts.map((host) => [host.slice(0, host.indexOf(":")), host.slice(host.indexOf(":") + 1)]));
  }

  async start(id: string): Promise<void> {
    await this.#docker.getContainer(id).start().catch(unlessAlreadySo);
  }

  /** Takes a container off a network. */
  async leave(network: string, container: string): Promise<void> {
    await this.#leave(() => this.#docker.getNetwork(network).disconnect({ Container: container }));
  }

  /** @param endpoint under which names the others know it, and at which address if it has a fixed one */
  async attach(
    network: string,
    container: string,
    { names, address }: { names: readonly string[]; address?: string | undefined },
  ): Promise<void> {
    await this.#docker.getNetwork(network).connect({
      Container: container,
      EndpointConfig: { Aliases: [...names], ...(address ? { IPAMConfig: { IPv4Address: address } } : {}) },
    });
  }

  /**
   * Removes these by force, whatever state they are in: containers first, with the volumes that have no name; then what
   * they used. What cannot be removed is left for the caller's audit to name.
   */
  async remove(things: readonly Removable[]): Promise<void> {
    const idsOf = (kind: Removable["kind"]) => things.flatMap((found) => (found.kind === kind ? [found.id] : []));
    const each = (kind: Removable["kind"], act: (id: string) => Promise<unknown>) =>
      Promise.all(idsOf(kind).map((id) => act(id).catch(unlessGone)));
    await each("container", (id) => this.#leave(() => this.#docker.getContainer(id).remove({ force: true, v: true })));
    await Promise.all([
      each("network", (id) => this.#docker.getNetwork(id).remove()),
      each("volume", (name) => this.#docker.getVolume(name).remove()),
    ]);
  }

  /** Who is attached to a network, e.g. `webapp`; [] when there is no such network. */
  async attachedTo(network: string): Promise<string[]> {
    const info = await this.#docker.getNetwork(network).inspect().catch(unlessGone);
    const attached = Object.values((info?.Containers ?? {}) as Record<string, { Name: string }>);
    return attached.map(({ Name }) => Name);
  }

  /** Takes an endpoint off a network by force; for one whose container is gone, as engines that died leave them. */
  async detach(network: string, container: string): Promise<void> {
    const left = this.#docker.getNetwork(network);
    await this.#leave(() => left.disconnect({ Container: container, Force: true }).catch(unlessGone));
  }

  /** Names of all containers, whosever they are. */
  async containerNames(): Promise<Set<string>> {
    return new Set((await this.containersWith([])).flatMap(({ Names }) => Names.map((name) => name.slice(1))));
  }
}

/**
 * What cannot be removed is left for the audit to name. 404: gone already; 403, 409: in use by somebody else; 500 and more: it cannot
 * (e.g. `device or resource busy`). An engine that can do nothing at all fails at the audit, too.
 */
function unlessGone(error: unknown): void {
  if (error instanceof LabError && error.id === "engine-failed") return;
  if (![403, 404, 409].includes((error as { statusCode?: number }).statusCode ?? 0)) throw error;
}
