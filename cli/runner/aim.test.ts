import { expect, it } from "vitest";
import join from "../faults/join.ts";
import kill from "../faults/kill.ts";
import partition from "../faults/partition.ts";
import restart from "../faults/restart.ts";
import {
  balancer,
  everyAppServer,
  everyRedis,
  everySpare,
  fullest,
  master,
  oneSpare,
  victim,
} from "../theory/targets.ts";
import { aim } from "./aim.ts";
import { setStage } from "./testing/stage.ts";

it("aims at the victim, at every Redis of the core and of the stores that take part, and at no other", async () => {
  const set = await setStage({ architectures: ["cookie.redis-cluster"] });
  const aimed = await aim(set.stage, [kill(victim), partition(everyRedis)]);
  expect(aimed.map(({ target }) => target).sort()).toEqual([
    "app2",
    "redis",
    "redis-aof",
    "redis-c1",
    "redis-c2",
    "redis-c3",
    "redis-rdb",
  ]);
});

it("aims at the server that says that it is the master now, and refuses where none or several say so", async () => {
  let masters = ["redis-ha2"];
  const exec = (service: string) => `role:${masters.includes(service) ? "master" : "slave"}\r\n`;
  const { stage } = await setStage({ architectures: ["cookie.redis-sentinel"], exec });
  expect((await aim(stage, [kill(master)]))[0]!.target).toBe("redis-ha2");
  masters = ["redis-ha2", "redis-ha1"];
  await expect(aim(stage, [kill(master)])).rejects.toMatchObject({ id: "no-master", exit: "environment" });
  const without = await setStage();
  await expect(aim(without.stage, [kill(master)])).rejects.toMatchObject({ id: "no-master", exit: "usage" });
});

it("aims at the server that has most of the sessions, and refuses where nobody is logged in", async () => {
  const { stage } = await setStage();
  await expect(aim(stage, [kill(fullest)])).rejects.toMatchObject({ id: "no-shares" });
  stage.keptOn.set("a", "redis-c2").set("b", "redis-c3").set("c", "redis-c3");
  expect((await aim(stage, [kill(fullest)]))[0]!.target).toBe("redis-c3");
});

it("aims at app servers, spare ones and the balancer by what they are, not by how they are called", async () => {
  const { stage } = await setStage();
  const services = [
    { name: "front", role: "balancer" as const, kind: "nginx" },
    { name: "one", role: "app-server" as const },
    { name: "two", role: "app-server" as const },
    { name: "more", role: "app-server" as const, spare: true as const },
    { name: "most", role: "app-server" as const, spare: true as const },
  ];
  const faults = [restart(balancer), kill(everyAppServer), join(oneSpare), join(everySpare)];
  const aimed = await aim({ ...stage, services }, faults);
  expect(aimed.map(({ kind, target }) => `${kind} ${target}`)).toEqual([
    "restart front",
    "kill one",
    "kill two",
    "join more",
    "join more",
    "join most",
  ]);
});

it("takes a name for a service's, also one that is called like a role", async () => {
  const { stage } = await setStage();
  const aimed = await aim(stage, [kill("master"), kill("victim"), kill("fullest")]);
  expect(aimed.map(({ target }) => target)).toEqual(["master", "victim", "fullest"]);
});
