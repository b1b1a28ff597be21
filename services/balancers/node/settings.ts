/** What the environment tells the balancer. */

/** Where an app server listens. */
export interface Address {
  /** A host name, which is also what the app server is called. */
  readonly host: string;
  readonly port: number;
  /** `drain`: only for browsers whose cookie names it; `down`: for nobody. It keeps its place in the list. */
  readonly standing?: "drain" | "down";
}

export interface Settings {
  readonly port: number;
  /** What nginx says to be believed, and what the app servers believe. */
  readonly balancerSecret: string;
  /** Their order counts: the affinity cookie holds a place in it. */
  readonly appServers: readonly Address[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an Error with one clear line per mistake. */
export function readSettings(env: Environment): Settings {
  // Compose hands on what is not set as an empty text, hence no defaults in the signature.
  const port = env.PORT || "3000";
  const addresses = addressesIn(env.APP_SERVERS ?? "");
  const { BALANCER_SECRET: balancerSecret = "" } = env;
  const mistakes = [
    isPort(port) || `PORT is "${port}": give a number from 0 to 65535`,
    addresses.length > 0 || "APP_SERVERS is not set: give the app servers, such as app1:3000,app2:3000",
    balancerSecret !== "" ||
      "BALANCER_SECRET is not set: give the balancers and all app servers the same long random text",
    ...addresses.map(
      (text) => isAddress(text) || `APP_SERVERS has "${text}": give a name and a port, such as app1:3000`,
    ),
  ].filter((mistake) => mistake !== true);
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return { port: Number(port), balancerSecret, appServers: addresses.map(readAddress) };
}

/** A list such as `app1:3000,app2:3000 drain`. Throws an Error that names what is no address. */
export function readAppServers(list: string): Address[] {
  const addresses = addressesIn(list);
  const wrong = addresses.find((text) => !isAddress(text));
  if (wrong !== undefined || addresses.length === 0)
    throw new Error(
      `"${wrong ?? list}" is no app server: give a name and a port, such as app1:3000 or app2:3000 drain`,
    );
  return addresses.map(readAddress);
}

function addressesIn(list: string): string[] {
  return list.split(",").filter((part) => part.trim() !== "");
}

function readAddress(text: string): Address {
  const [host = "", port = "", standing] = text.trim().split(/[: ]/);
  return { host, port: Number(port), ...(standing === "drain" || standing === "down" ? { standing } : {}) };
}

function isAddress(text: string): boolean {
  const [, port] = /^[A-Za-z0-9.-]+:(\d+)(?: drain| down)?$/.exec(text.trim()) ?? [];
  return port !== undefined && isPort(port);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
