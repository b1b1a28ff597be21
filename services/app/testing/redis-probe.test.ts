import { expect, test } from "vitest";
import { startFakeRedis } from "./fake-redis.ts";
import { redisInContainer } from "./redis-probe.ts";
import { waitUntil } from "./wait-until.ts";

// docker-proxy does so for a server in a container that is not up yet, and then never says another word on that connection.
test("a probe whose connection was accepted and met silence tries another one", async () => {
  await using fake = await startFakeRedis();
  fake.silent = ["HELLO", "CLIENT", "INFO"];
  const probe = redisInContainer.open(Number(new URL(fake.url).port));
  try {
    const looking = probe.isWritten();
    await waitUntil("the connection to be silent", () => fake.commands.length > 0);
    fake.silent = [];
    await waitUntil("an answer", () => looking);
    expect(await looking).toBe(true);
  } finally {
    await probe.close();
  }
});
