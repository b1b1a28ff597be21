import { LabError } from "../errors.ts";
import { answerDeadlineMs, openDocker } from "./docker-api.ts";

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

/** The variables under which compose.yaml knows the images. */
export function imageEnvironment(images: Images): Record<string, string> {
  return Object.fromEntries(
    roles.flatMap((role) => (images[role] === undefined ? [] : [[imageRoles[role].variable, images[role]]])),
  );
}
