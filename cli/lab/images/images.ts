import { answerDeadlineMs, openDocker } from "../../docker/docker-api.ts";
import { LabError } from "../../errors.ts";
import type { Lab } from "../identity/lab.ts";
import { labels } from "../identity/labels.ts";

/** The image of each role: by default the official one, or the one that `lab images build` makes from Debian packages. */
export interface Images {
  nginx: string;
  node: string;
  redis: string;
  /** Left out when nobody asked for the database and it is not on this machine. */
  postgres?: string;
}

type Role = keyof Images;

interface ImageRole {
  /** In compose.yaml. */
  variable: string;
  official: string;
  /** Made by `lab images build`. */
  built: string;
  /** The command that prints the version of what is inside. */
  version: string[];
  /** Compose profile without which nobody needs it. */
  profile?: string;
}

export const imageRoles: Record<Role, ImageRole> = {
  nginx: {
    variable: "LAB_NGINX_IMAGE",
    official: "nginx:1.30-alpine",
    built: "session-lab/nginx:debian",
    version: ["nginx", "-v"],
  },
  node: {
    variable: "LAB_NODE_IMAGE",
    official: "node:24-alpine",
    built: "session-lab/node:debian",
    version: ["node", "--version"],
  },
  redis: {
    variable: "LAB_REDIS_IMAGE",
    official: "redis:8-alpine",
    built: "session-lab/redis:debian",
    version: ["redis-server", "--version"],
  },
  postgres: {
    variable: "LAB_POSTGRES_IMAGE",
    official: "postgres:18-alpine",
    built: "session-lab/postgres:debian",
    version: ["postgres", "--version"],
    profile: "postgres",
  },
};

export const roles = Object.keys(imageRoles) as Role[];

/** Which images this machine has. @param options silence for which an answer is waited, in ms */
export async function presentImages({ timeoutMs = answerDeadlineMs } = {}): Promise<Set<string>> {
  const images = await openDocker({ timeoutMs }).listImages();
  return new Set(images.flatMap(({ RepoTags }) => RepoTags ?? []));
}

/**
 * The images to use: what the environment names, else the official ones where they are present, else the built ones. Those of the
 * optional servers must be there only when their profiles are wanted.
 *
 * @throws LabError (`image-missing`) naming the image, because the lab never pulls unasked
 */
export async function resolveImages({
  profiles = [],
  env = process.env,
  timeoutMs = answerDeadlineMs,
}: {
  profiles?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Silence of the engine for which an answer is waited. */
  timeoutMs?: number;
} = {}): Promise<Images> {
  const present = await presentImages({ timeoutMs });
  const found = roles.flatMap((role): [Role, string][] => {
    const { variable, official, built, profile } = imageRoles[role];
    const named = env[variable];
    const candidates = named ? [named] : [official, built];
    const image = candidates.find((candidate) => present.has(candidate));
    if (image) return [[role, image]];
    if (profile !== undefined && !profiles.includes(profile)) return [];
    throw new LabError(`The image for ${role} is not on this machine: ${candidates.join(" or ")}.`, {
      id: "image-missing",
      todo: "Run `lab images pull`; where no registry answers, `lab images build` makes it from Debian packages.",
      exit: "environment",
    });
  });
  return Object.fromEntries(found) as unknown as Images;
}

/**
 * What a lab's containers were made from, by the names that the images had then: a name may mean another image tomorrow. The digest in
 * the registry that it came from, e.g. `nginx@sha256:...`, else the engine's id.
 */
export async function imageDigests({ project }: Pick<Lab, "project">): Promise<Record<string, string>> {
  const docker = openDocker({ timeoutMs: answerDeadlineMs });
  const filters = { label: [`${labels.project}=${project}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const ids = new Map(containers.map(({ Image, ImageID }) => [Image, ImageID]));
  const digests = [...ids].sort().map(async ([name, id]) => {
    // Somebody may have removed it by force.
    const image = await docker
      .getImage(id)
      .inspect()
      .catch(() => undefined);
    return [name, image?.RepoDigests?.[0] ?? id] as const;
  });
  return Object.fromEntries(await Promise.all(digests));
}

/** In the label of images that `lab images build` makes; scripts/lib.sh counts it. */
export const imageRecipe = { label: "dev.session-lab.recipe", value: "2" } as const;

/**
 * The images that the lab would use and their ages, e.g. `nginx:1.30-alpine (8 months), ...`; in a second line what there is to know.
 *
 * @throws LabError (`image-missing`)
 */
export async function describeImages({ timeoutMs = answerDeadlineMs, now = Date.now() } = {}): Promise<string> {
  const names = Object.values(await resolveImages({ timeoutMs })) as string[];
  const all = await openDocker({ timeoutMs }).listImages();
  const found = names.map((name) => {
    const image = all.find(({ RepoTags }) => RepoTags?.includes(name));
    const isBuilt = roles.some((role) => imageRoles[role].built === name);
    const isOfOldRecipe = isBuilt && image?.Labels?.[imageRecipe.label] !== imageRecipe.value;
    return { name, isBuilt, isOfOldRecipe, ageDays: (now / 1_000 - (image?.Created ?? 0)) / 86_400 };
  });
  const list = found.map(({ name, ageDays }) => `${name} (${ageInWords(ageDays)})`).join(", ");
  if (found.some(({ isOfOldRecipe }) => isOfOldRecipe))
    return `${list}\nThey tell of the machine that made them (its name, name servers and mirror); \`lab images build --force\` makes others.`;
  const old = found.find(({ ageDays }) => ageDays > oldDays);
  if (!old) return list;
  return `${list}\nNewer ones may mend what was found since: \`lab images ${old.isBuilt ? "build --force" : "pull"}\`.`;
}

/** Redis and nginx mend something that is worth having several times a year. */
const oldDays = 180;

/** An image's age, e.g. `8 months`. */
export function ageInWords(days: number): string {
  if (days < 1) return "of today";
  const [count, unit] = days < 60 ? [days, "day"] : days < 730 ? [days / 30.4, "month"] : [days / 365.25, "year"];
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}

/** The variables under which compose.yaml knows the images. */
export function imageEnvironment(images: Images): Record<string, string> {
  return Object.fromEntries(
    roles.flatMap((role) => (images[role] === undefined ? [] : [[imageRoles[role].variable, images[role]]])),
  );
}
