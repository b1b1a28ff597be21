import type { ContainerInfo, NetworkInspectInfo, VolumeInspectInfo } from "dockerode";
import { answerDeadlineMs } from "../docker/docker-api.ts";
import { Engine, type MadeFrom } from "../docker/engine.ts";
import { LabError } from "../errors.ts";
import { underLock } from "../host/lock.ts";
import { lockOfEngine } from "../record/locks.ts";
import { engineAddress } from "../record/record.ts";
import type { Container, ContainerState } from "../subject/deployment.ts";
import { type Lab, networkOf, projectOf } from "./identity/lab.ts";
import { byHand, type LabelsOfStart, labels, startLabels } from "./identity/labels.ts";
import {
  isFromNotedImage,
  type Labels,
  marksItsContainers,
  misleadsCompose,
  nameOf,
  type Stranger,
  whyNoContainerOfOurs,
  whyNoNetworkOfOurs,
  whyNoVolumeOfOurs,
} from "./is-ours.ts";
import { frontBalancer } from "./own-services.ts";
import { allProfiles, servicesOf } from "./services.ts";

/** Anything of a lab that exists on the engine. */
export interface Resource {
  kind: "container" | "network" | "volume" | "process";
  /** Of a container and a network: a later one of the same name has another one. Volumes and processes have no other than their name. */
  id: string;
  name: string;
  lab: string;
  /** Of a container, and of a volume: the service that it is for. */
  service?: string;
  /** Of a network that cannot be removed: containers on it that are not the lab's. */
  heldBy?: string[];
}

/** Which resources: of one lab by its name, of one single start of it by its id, of any lab without either. */
export interface Whose {
  name?: string;
  id?: string;
}

/** An engine as one that labs run on: whose containers, networks and volumes are told by their labels and names. */
export class LabEngine extends Engine {
  /** Image -> whether it carries labels of a lab itself. */
  readonly #marked = new Map<string, boolean>();

  /** @param options silence for which an answer is waited, in ms */
  constructor({ timeoutMs = answerDeadlineMs }: { timeoutMs?: number } = {}) {
    const lock = () => lockOfEngine(engineAddress(), "taking a container off its network");
    super({ timeoutMs, alone: (act) => underLock(lock(), act) });
  }

  /** Every lab that has a balancer on this engine, running or not. */
  async labs(): Promise<Lab[]> {
    const containers = (await this.#containers([labels.lab, labels.project, ...marks])).ours;
    const services = new Map<string, string[]>();
    for (const { Labels } of containers)
      services.set(Labels[labels.lab]!, [...(services.get(Labels[labels.lab]!) ?? []), Labels[labels.service]!]);
    return containers
      .filter(({ Labels: found }) => found[labels.service] === frontBalancer && saysWhereItIs(found))
      .map(({ Id, Labels: found }) => ({
        name: found[labels.lab]!,
        id: idOf(found, Id),
        project: found[labels.project]!,
        port: Number(found[labels.port]),
        subnetPrefix: found[labels.subnetPrefix]!,
        profiles: profilesAmong(services.get(found[labels.lab]!)!),
      }));
  }

  /** The port of this machine at which a service of one published port is reached; undefined while it does not run, or is not there. */
  async publishedPort(lab: Lab, service: string): Promise<number | undefined> {
    const [container] = (await this.#containers([...labelsOf(lab), `${labels.service}=${service}`])).ours;
    return container?.Ports.find(({ PublicPort }) => PublicPort !== undefined)?.PublicPort;
  }

  /** What a service's container was made from: the image, the environment, the labels. */
  async madeFrom(lab: Lab, service: string): Promise<MadeFrom> {
    return this.madeFromOf(await this.#idOf(lab, service));
  }

  /** What is said of every start of a lab of this name of which there is something: the labels that say who started it. */
  async startsOf(name: string): Promise<LabelsOfStart[]> {
    const label = [`${labels.lab}=${name}`, ...marks];
    const [{ ours }, networks, volumes] = await Promise.all([
      this.#containers(label),
      this.networksWith(label),
      this.volumesWith(label),
    ]);
    const found = [
      ...ours,
      ...networks.filter((network) => whyNoNetworkOfOurs(network) === undefined),
      ...volumes.filter((volume) => whyNoVolumeOfOurs(volume) === undefined),
    ];
    const starts = new Map<string, LabelsOfStart>();
    for (const { Labels } of found) {
      const said = Object.fromEntries(startLabels.map((label) => [label, Labels?.[label]]));
      starts.set(JSON.stringify(said), said);
    }
    return [...starts.values()];
  }

  /** Everything that is a lab's. */
  async resources(whose: Whose = {}): Promise<Resource[]> {
    return (await this.find(whose)).ours;
  }

  /** Everything that is a lab's, and what only has the labels of one. */
  async find({ name, id }: Whose = {}): Promise<{ ours: Resource[]; strangers: Stranger[] }> {
    const label = [
      name === undefined ? labels.lab : `${labels.lab}=${name}`,
      ...(id === undefined ? [] : [`${labels.id}=${id}`]),
      ...marks,
    ];
    const [containers, networks, volumes] = await Promise.all([
      this.#containers(label),
      this.networksWith(label),
      this.volumesWith(label),
    ]);
    const judged = [
      ...networks.map((network) => ({ thing: thingOfNetwork(network), why: whyNoNetworkOfOurs(network) })),
      ...volumes.map((volume) => ({ thing: thingOfVolume(volume), why: whyNoVolumeOfOurs(volume) })),
    ];
    return {
      ours: [
        ...containers.ours.map((container) => resourceOf(thingOf(container))),
        ...judged.flatMap(({ thing, why }) => (why === undefined ? [resourceOf(thing)] : [])),
        ...(await this.#volumesMadeInPassing(containers.ours)),
      ],
      strangers: [
        ...containers.strangers,
        ...judged.flatMap(({ thing, why }) => (why === undefined ? [] : [strangerOf(thing, why)])),
      ],
    };
  }

  /**
   * Volumes of a lab that have no labels. The engine makes one when it creates a container whose volume has been removed a moment
   * before: of a Compose that was killed in the middle, an order may still have been under way. Only what a container of the lab
   * mounts, that is named as Compose names the lab's volumes, and has no label of anybody.
   */
  async #volumesMadeInPassing(containers: readonly ContainerInfo[]): Promise<Resource[]> {
    const mounted = containers.flatMap(({ Mounts, Labels }) => {
      const lab = Labels[labels.lab]!;
      const names = Mounts.flatMap(({ Type, Name }) => (Type === "volume" && Name ? [Name] : []));
      return names.filter((name) => name.startsWith(`${projectOf(lab)}_`)).map((name) => ({ name, lab }));
    });
    if (mounted.length === 0) return [];
    const bare = (await this.volumesWith())
      .filter(({ Labels }) => Object.keys(Labels ?? {}).length === 0)
      .map(({ Name }) => Name);
    return mounted
      .filter(({ name }) => bare.includes(name))
      .map((volume) => ({ kind: "volume", id: volume.name, ...volume }) as const);
  }

  /** The states of all services of a lab. */
  async states(lab: Lab): Promise<ContainerState[]> {
    const { ours } = await this.#containers(labelsOf(lab));
    return Promise.all(
      ours.map(async ({ Id, Labels }) =>
        this.stateOf(Id, { service: Labels[labels.service]!, network: networkOf(lab) }),
      ),
    );
  }

  /** @throws LabError (`service-missing`) */
  async containerOf(lab: Lab, service: string): Promise<Container> {
    return this.container(await this.#idOf(lab, service), { service, network: networkOf(lab) });
  }

  /** Takes a service's container off the lab's network. */
  async disconnect(lab: Lab, service: string): Promise<void> {
    const [container, network] = await Promise.all([this.#idOf(lab, service), this.#network(lab)]);
    await this.leave(network, container);
  }

  /** @param address its fixed one on the lab's network, if it has one */
  async connect(lab: Lab, service: string, address: string | undefined): Promise<void> {
    const [container, network] = await Promise.all([this.#idOf(lab, service), this.#network(lab)]);
    await this.attach(network, container, { names: [service], address });
  }

  /** Service -> the address that compose.yaml gives it, read back from the names that it gives the balancer (`extra_hosts`). */
  async addresses(lab: Lab): Promise<Map<string, string>> {
    return this.extraHostsOf(await this.#idOf(lab, frontBalancer));
  }

  async #idOf(lab: Lab, service: string): Promise<string> {
    const { ours } = await this.#containers([...labelsOf(lab), `${labels.service}=${service}`]);
    const [found] = ours;
    if (!found) throw missing(lab, `container for the service "${service}"`);
    return found.Id;
  }

  async #network(lab: Lab): Promise<string> {
    const networks = await this.networksWith(labelsOf(lab));
    const found = networks.find((network) => whyNoNetworkOfOurs(network) === undefined);
    if (!found) throw missing(lab, "network");
    return found.Id;
  }

  /** Containers with these labels, among them those of a lab and its marks: the lab's own, and those that only have its labels. */
  async #containers(label: string[]): Promise<{ ours: ContainerInfo[]; strangers: Stranger[] }> {
    const found = await this.containersWith(label);
    const judged = await Promise.all(
      found.map(async (container) => ({
        container,
        why: whyNoContainerOfOurs(container, !isFromNotedImage(container) && (await this.#isMarked(container.ImageID))),
      })),
    );
    return {
      ours: judged.flatMap(({ container, why }) => (why === undefined ? [container] : [])),
      strangers: judged.flatMap(({ container, why }) =>
        why === undefined ? [] : [strangerOf(thingOf(container), why)],
      ),
    };
  }

  /** Whether an image gives labels of a lab to whoever runs it; one that is gone might have. It never changes: each is asked about once. */
  async #isMarked(image: string): Promise<boolean> {
    const known = this.#marked.get(image);
    if (known !== undefined) return known;
    const found = await this.labelsOfImage(image);
    const isMarked = found === undefined || marksItsContainers(found);
    this.#marked.set(image, isMarked);
    return isMarked;
  }
}

interface Thing {
  kind: Stranger["kind"];
  id: string;
  name: string;
  found: Labels;
}

function thingOf(container: ContainerInfo): Thing {
  // One that the engine is removing may have lost its name.
  const name = nameOf(container) || container.Id.slice(0, 12);
  return { kind: "container", id: container.Id, name, found: container.Labels };
}

function thingOfNetwork({ Id, Name, Labels }: NetworkInspectInfo): Thing {
  return { kind: "network", id: Id, name: Name, found: Labels ?? {} };
}

function thingOfVolume({ Name, Labels }: VolumeInspectInfo): Thing {
  return { kind: "volume", id: Name, name: Name, found: Labels ?? {} };
}

function resourceOf({ kind, id, name, found }: Thing): Resource {
  const service = found[labels.service] ?? found[labels.volume];
  return { kind, id, name, lab: found[labels.lab]!, ...(service ? { service } : {}) };
}

function strangerOf({ kind, name, found }: Thing, why: string): Stranger {
  const service = found[labels.service];
  return {
    kind,
    name,
    lab: found[labels.lab]!,
    ...(service ? { service } : {}),
    why,
    misleadsCompose: kind === "container" && misleadsCompose(found),
  };
}

function missing({ name }: Lab, what: string): LabError {
  return new LabError(`The lab "${name}" has no ${what}.`, {
    id: "service-missing",
    todo: `Run \`lab down --name ${name}\`, then \`lab up --name ${name}\`.`,
    exit: "environment",
  });
}

/** Of a balancer: it is there for anybody to read, and must be what it says to be. */
function saysWhereItIs(found: Labels): boolean {
  const port = found[labels.port] ?? "";
  const octets = (found[labels.subnetPrefix] ?? "").split(".");
  const isOctet = (text: string) => /^\d{1,3}$/.test(text) && Number(text) <= 255;
  return /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535 && octets.length === 3 && octets.every(isOctet);
}

/** A lab that was started by hand has no id of its own; the container of its balancer has. */
function idOf(found: Readonly<Record<string, string>>, balancerId: string): string {
  const id = found[labels.id] ?? byHand;
  return id === byHand ? `${byHand} ${balancerId}` : id;
}

/** The profiles of which all services are there: one that was cut short is none. */
function profilesAmong(services: readonly string[]): string[] {
  return allProfiles().filter((profile) => servicesOf(profile).every((service) => services.includes(service)));
}

/** All of a lab has them, beside the lab's name and its project: what lacks one of them is something else. */
const marks = [labels.id, labels.owner, labels.boot, labels.version];

/** What all of a lab carries, and nothing else does. */
function labelsOf({ name, project }: Lab): string[] {
  return [`${labels.lab}=${name}`, `${labels.project}=${project}`, ...marks];
}
