/**
 * Which of the things on an engine are a lab's. Labels are not enough: `docker commit` copies those of a container into an image,
 * and whoever runs that image has another container with all of them (https://github.com/moby/moby/issues/36321). What is the lab's
 * has the labels and also the name, the network and the image that the lab gave it. Pure: judges what the engine lists.
 */
import type { ContainerInfo } from "dockerode";
import { networkOf, projectOf } from "./identity/lab.ts";
import { isLabName } from "./identity/lab-name.ts";
import { labels } from "./identity/labels.ts";

export type Labels = Readonly<Record<string, string>>;

/** Something that has all labels of a lab, and is not that lab's. What it says of itself may be anything: mind where it is printed. */
export interface Stranger {
  kind: "container" | "network" | "volume";
  name: string;
  /** What its label says. */
  lab: string;
  service?: string;
  /** Completes "..., but", e.g. `its name is none that the lab gives`. */
  why: string;
  /** Compose goes by labels alone: it takes this container for one of the lab's, and starts or replaces it. */
  misleadsCompose: boolean;
}

/** For people, who wonder why it is left alone. */
export function describeStranger({ kind, name, lab, why }: Stranger): string {
  return `${kind} ${name} has the labels of the lab "${lab}", but ${why}`;
}

/** A network or a volume. */
interface Listed {
  Name: string;
  /** The engine may say null, or nothing, when there are none. */
  Labels?: Labels | null | undefined;
}

type ListedContainer = Pick<ContainerInfo, "Names" | "State" | "Labels" | "ImageID"> & {
  HostConfig: { NetworkMode: string };
};

/**
 * @param imageIsMarked whether the image itself carries labels of a lab; asked only about one that Compose knows by another id
 * @returns why a container with the labels of a lab is not that lab's; undefined when it is
 */
export function whyNoContainerOfOurs(container: ListedContainer, imageIsMarked: boolean): string | undefined {
  const { Labels: found, HostConfig, State } = container;
  const why = whyNoLab(found);
  if (why !== undefined) return why;
  if (found[labels.oneOff] === "True") return "`docker compose run` made it";
  const project = found[labels.project]!;
  const name = nameOf(container);
  // One that the engine is removing, or failed to, may have lost its name already.
  const isLosingItsName = name === "" && ["dead", "removing"].includes(State);
  if (!isLosingItsName && !isContainerName(name, { project, service: found[labels.service] ?? "" })) return otherName;
  // The network that it was made for: it stays when the container is cut off.
  if (HostConfig.NetworkMode !== networkOf({ project })) return "it is on another network";
  if (found[labels.image] === undefined || (!isFromNotedImage(container) && imageIsMarked))
    return "it was made from another image";
  return undefined;
}

/**
 * Whether a container's image is the one that Compose noted in its labels. Always so for the lab's where the engine knows an image
 * by one id; with containerd's image store newer Compose notes the id of the part for this platform, the engine that of the whole
 * (https://github.com/docker/compose/pull/13949).
 */
export function isFromNotedImage({ ImageID, Labels }: Pick<ContainerInfo, "ImageID" | "Labels">): boolean {
  return Labels[labels.image] === ImageID;
}

/** Whether whoever runs an image with these labels gets a container that says that it is a lab's. */
export function marksItsContainers(found: Labels): boolean {
  return [labels.lab, labels.id, labels.project, labels.image].some((label) => label in found);
}

/** @returns why a network with the labels of a lab is not that lab's; undefined when it is */
export function whyNoNetworkOfOurs({ Name, Labels }: Listed): string | undefined {
  const found = Labels ?? {};
  return whyNoLab(found) ?? (Name === networkOf({ project: found[labels.project]! }) ? undefined : otherName);
}

/** @returns why a volume with the labels of a lab is not that lab's; undefined when it is */
export function whyNoVolumeOfOurs({ Name, Labels }: Listed): string | undefined {
  const found = Labels ?? {};
  const named = `${found[labels.project]}_${found[labels.volume]}`;
  return whyNoLab(found) ?? (Name === named && isServiceName(found[labels.volume] ?? "") ? undefined : otherName);
}

/** The one that a container has itself, without the leading slash of the API; "" when it has none any more. */
export function nameOf({ Names }: Pick<ContainerInfo, "Names">): string {
  // Those by which others are linked to it are longer: `/other/alias`.
  return (Names.find((name) => name.lastIndexOf("/") === 0) ?? "").slice(1);
}

/** Whether Compose takes a container with these labels for one of the services of the lab that they name. */
export function misleadsCompose(found: Labels): boolean {
  const isOfProject = found[labels.project] === projectOf(found[labels.lab] ?? "");
  return isOfProject && found[labels.oneOff] === "False";
}

const otherName = "its name is none that the lab gives";

function whyNoLab(found: Labels): string | undefined {
  const lab = found[labels.lab] ?? "";
  if (!isLabName(lab)) return "that is no name of a lab";
  if (found[labels.project] !== projectOf(lab)) return "it is in another Compose project";
  if (!/^[\w-]+$/.test(found[labels.id] ?? "")) return "its labels name no start of a lab";
  return undefined;
}

/**
 * `session-lab-lab-app1-1`, with underscores where COMPOSE_COMPATIBILITY is set; for a moment `0a1b2c3d4e5f_session-lab-lab-app1-1`
 * while Compose replaces it.
 *
 * @param whose both of a shape that means itself in a regular expression
 */
function isContainerName(name: string, { project, service }: { project: string; service: string }): boolean {
  return isServiceName(service) && new RegExp(`^([0-9a-f]{12}_)?${project}[-_]${service}[-_]\\d+$`).test(name);
}

function isServiceName(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text);
}
