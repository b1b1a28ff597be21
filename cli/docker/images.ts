import Docker from "dockerode";
import { LabError } from "../errors.ts";

/** The image of each role: by default the official one, or the one that `lab images build` makes from Debian packages. */
export interface Images {
  nginx: string;
  node: string;
  redis: string;
}

type Role = keyof Images;

/** One line a role: the variable in compose.yaml, the official image, the one built here. */
export const imageRoles: Record<Role, { variable: string; official: string; built: string; version: string[] }> = {
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
};

export const roles = Object.keys(imageRoles) as Role[];

/** Which images this machine has. */
export async function presentImages(): Promise<Set<string>> {
  const images = await new Docker().listImages();
  return new Set(images.flatMap(({ RepoTags }) => RepoTags ?? []));
}

/**
 * The images to use: what the environment names, else the official ones where they are present, else the built ones.
 *
 * @throws LabError (`image-missing`) naming the image, because the lab never pulls unasked
 */
export async function resolveImages(env: NodeJS.ProcessEnv = process.env): Promise<Images> {
  const present = await presentImages();
  const resolve = (role: Role): string => {
    const { variable, official, built } = imageRoles[role];
    const named = env[variable];
    const candidates = named ? [named] : [official, built];
    const found = candidates.find((image) => present.has(image));
    if (found) return found;
    throw new LabError(`The image for ${role} is not on this machine: ${candidates.join(" or ")}.`, {
      id: "image-missing",
      todo: "Run `lab images pull`; where no registry answers, `lab images build` makes it from Debian packages.",
      exit: "environment",
    });
  };
  return { nginx: resolve("nginx"), node: resolve("node"), redis: resolve("redis") };
}

/** The variables under which compose.yaml knows the images. */
export function imageEnvironment(images: Images): Record<string, string> {
  return Object.fromEntries(roles.map((role) => [imageRoles[role].variable, images[role]]));
}
