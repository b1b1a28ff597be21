/** What the environment tells the door. */

/** Where an app server listens. */
export interface AppServer {
  /** Its host name, which is also what it is called. */
  readonly name: string;
  readonly port: number;
}

export interface Settings {
  readonly port: number;
  /** What the app servers believe the door by. */
  readonly balancerSecret: string;
  readonly appServers: readonly AppServer[];
}

/** Throws an Error with one clear line per mistake. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  // Compose hands on what is not set as an empty text, hence no defaults in the signature.
  const port = env.PORT || "3000";
  const { BALANCER_SECRET: balancerSecret = "", APP_SERVERS: list = "" } = env;
  const places = list.split(",").filter((part) => part.trim() !== "");
  const mistakes = [
    isPort(port) || `PORT is "${port}": give a number from 0 to 65535`,
    balancerSecret !== "" || "BALANCER_SECRET is not set: give the door and all app servers the same long random text",
    places.length > 0 || "APP_SERVERS is not set: give the app servers, such as app1:3000,app2:3000",
    ...places.map(
      (text) =>
        isPlace(text) || `APP_SERVERS has "${text}": give a name of small letters and a port, such as app1:3000`,
    ),
  ].filter((mistake) => mistake !== true);
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return { port: Number(port), balancerSecret, appServers: places.map(readPlace) };
}

function readPlace(text: string): AppServer {
  const [name = "", port = ""] = text.trim().split(":");
  return { name, port: Number(port) };
}

function isPlace(text: string): boolean {
  const [, port] = /^[a-z0-9-]+:(\d+)$/.exec(text.trim()) ?? [];
  return port !== undefined && isPort(port);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
