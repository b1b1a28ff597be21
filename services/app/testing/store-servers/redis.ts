import { groupOfRedis } from "../redis-group.ts";
import { redisInContainer } from "../redis-probe.ts";
import type { StoreServerKind } from "../store-server-kind.ts";

export default {
  ...redisInContainer,
  urlAt: (address) => `redis://${address}`,
  connections: { count: 1, madeBeforeUse: true },
  group: groupOfRedis,
} satisfies StoreServerKind;
