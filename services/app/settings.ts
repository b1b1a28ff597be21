/** What the environment tells an app server. */

export interface Settings {
  /** The name this app server goes by, such as `app1`. */
  readonly appServer: string;
  readonly port: number;
  /** What the balancers say to be believed. */
  readonly balancerSecret: string;
  readonly cookie: { readonly name: string; readonly secret: string };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Throws an Error with one clear line per mistake. */
export function readSettings(env: Environment): Settings {
  const { APP_SERVER: appServer = "", SESSION_SECRET: secret = "", BALANCER_SECRET: balancerSecret = "" } = env;
  // Compose hands on what is not set as an empty text, hence no defaults in the signature.
  const port = env.PORT || "3000";
  const name = env.SESSION_COOKIE || "sid";
  const mistakes = [
    appServer !== "" || "APP_SERVER is not set: give this app server a name, such as app1",
    appServer === "" || isName(appServer) || `APP_SERVER is "${appServer}": ${NAME_RULE}`,
    secret !== "" || "SESSION_SECRET is not set: give all app servers the same long random text",
    balancerSecret !== "" ||
      "BALANCER_SECRET is not set: give the balancers and all app servers the same long random text",
    isName(name) || `SESSION_COOKIE is "${name}": ${NAME_RULE}`,
    isPort(port) || `PORT is "${port}": give a number from 0 to 65535`,
  ].filter((mistake) => mistake !== true);
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return { appServer, port: Number(port), balancerSecret, cookie: { name, secret } };
}

const NAME_RULE = "use letters, digits, - and _ only";

/** Fits into a header, a cookie's name (RFC 6265, 4.1.1) and a connection's name in Redis. */
function isName(text: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(text);
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}
