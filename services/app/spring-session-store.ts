/**
 * Sessions in Redis as Spring Session's RedisSessionRepository keeps them, so that what is written here can be looked at with the
 * tools of that world: one hash a session, with the names of its fields, its times in milliseconds since the epoch, and the idle time
 * as the TTL of the key. Its values are Java objects by default; here they are JSON, as with a JSON serializer configured there.
 * Source: RedisSessionMapper and RedisSessionRepository of spring-session-data-redis.
 */
import session from "express-session";
import type { Redis } from "ioredis";
import { idleMsOf, type SessionData } from "./store.ts";

export const SPRING_PREFIX = "spring:session:sessions:";
const ATTRIBUTE = "sessionAttr:";

type Done = (error?: unknown) => void;
type Found = (error: unknown, session?: session.SessionData | null) => void;

export class SpringSessionStore extends session.Store {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    super();
    this.#redis = redis;
  }

  override get(id: string, done: Found): void {
    this.#redis.hgetall(SPRING_PREFIX + id).then((hash) => done(null, sessionOf(hash)), done);
  }

  /** The first write makes all fields, later ones keep `creationTime`. Together with the TTL or not at all. */
  override set(id: string, data: session.SessionData, done: Done = () => {}): void {
    const { cookie: _, ...attributes } = data as session.SessionData & Record<string, unknown>;
    const now = String(Date.now());
    const idleMs = idleMsOf(data as session.SessionData & Partial<SessionData>);
    const fields = Object.entries(attributes).flatMap(([name, value]) => [ATTRIBUTE + name, JSON.stringify(value)]);
    const times = ["lastAccessedTime", now, "maxInactiveInterval", String(idleMs / 1_000)];
    const key = SPRING_PREFIX + id;
    const write = this.#redis
      .multi()
      .hsetnx(key, "creationTime", now)
      .hset(key, ...times, ...fields);
    settle(write.pexpire(key, idleMs).exec(), done);
  }

  override touch(id: string, data: session.SessionData, done: Done = () => {}): void {
    const key = SPRING_PREFIX + id;
    // A session that ended meanwhile must not come back as a hash with one field: touched only where it exists.
    settle(
      this.#redis.eval(
        TOUCH,
        1,
        key,
        String(Date.now()),
        String(idleMsOf(data as session.SessionData & Partial<SessionData>)),
      ),
      done,
    );
  }

  override destroy(id: string, done: Done = () => {}): void {
    settle(this.#redis.del(SPRING_PREFIX + id), done);
  }
}

/** PEXPIRE answers 0 for a key that does not exist. */
const TOUCH = `
if redis.call("PEXPIRE", KEYS[1], ARGV[2]) == 1 then redis.call("HSET", KEYS[1], "lastAccessedTime", ARGV[1]) end
return redis.status_reply("OK")`;

/** A transaction reports the errors of its commands in its answer. */
function settle(command: Promise<unknown>, done: Done): void {
  command.then((answer) => {
    const results = Array.isArray(answer) ? (answer as [Error | null, unknown][]) : [];
    done(results.find(([error]) => error !== null)?.[0] ?? undefined);
  }, done);
}

/** HGETALL answers an empty hash for a key that does not exist. */
function sessionOf(hash: Record<string, string>): session.SessionData | null {
  if (Object.keys(hash).length === 0) return null;
  const attributes = Object.entries(hash).filter(([field]) => field.startsWith(ATTRIBUTE));
  const cookie = { originalMaxAge: null } as session.Cookie;
  return {
    cookie,
    ...Object.fromEntries(attributes.map(([field, value]) => [field.slice(ATTRIBUTE.length), JSON.parse(value)])),
  };
}
