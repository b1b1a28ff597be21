import { expect, it } from "vitest";
import type { SiteReply } from "../subject/site.ts";
import type { HttpRequest } from "../users/transport.ts";
import type { Lab } from "./identity/lab.ts";
import { labDoor } from "./lab-door.ts";

const lab: Lab = {
  ...{ name: "demo", id: "i", project: "session-lab-demo", port: 8080, subnetPrefix: "172.28.99", profiles: [] },
};
const place = { appServer: "app2", store: "redis" };

/** A door whose container is published at these ports in turn, one for each time that it is looked up. */
function doorAt(ports: (number | undefined)[], answer: (request: HttpRequest) => SiteReply = () => silence) {
  const asked: string[] = [];
  const engine = { publishedPort: async () => ports.shift() };
  const send = async (request: HttpRequest) => {
    asked.push(`${request.origin} ${request.host} ${request.path} ${request.connection}`);
    return answer(request);
  };
  return { asked, door: labDoor(lab, engine, { send, close: async () => {} }) };
}

const silence: SiteReply = { answered: false, sent: true, reason: "no answer within 5000 ms" };
const refused: SiteReply = { answered: false, sent: false, reason: "connection refused" };
const app = (status: number, body: object): SiteReply => ({
  ...{ answered: true, status, headers: { "x-boot-id": "b1" }, body: JSON.stringify(body) },
});

it("leads to an app server by its name, at the port that the engine has chosen", async () => {
  const { door } = doorAt([32768]);
  expect(await door.to(place)).toEqual({ origin: "http://127.0.0.1:32768", host: "app2.redis.localhost" });
});

it("asks an app server over a connection of its own, or one that is kept, and looks its port up once", async () => {
  const { asked, door } = doorAt([32768]);
  await door.ask(place);
  await door.ask(place, { connection: "kept" });
  expect(asked).toEqual(
    ["fresh", "kept"].map((connection) => `http://127.0.0.1:32768 app2.redis.localhost /healthz ${connection}`),
  );
});

it("tells an app server that is well from one that does not reach its store, and from nobody", async () => {
  const says = (reply: SiteReply) => doorAt([1], () => reply).door.ask(place);
  expect(await says(app(200, { sessions: 3 }))).toEqual({
    ...{ answers: true, isWell: true, boot: "b1", sessions: 3, says: "status 200" },
  });
  expect(await says(app(200, { sessions: null }))).toMatchObject({ isWell: true, sessions: null });
  expect(await says(app(503, { error: "store unreachable" }))).toEqual({
    ...{ answers: true, isWell: false, boot: "b1", sessions: null, says: "status 503" },
  });
  expect(await says({ answered: true, status: 504, headers: {}, body: "504: silent" })).toMatchObject({
    ...{ answers: false, isWell: false, says: "status 504" },
  });
  expect(await says(silence)).toEqual({ answers: false, isWell: false, sessions: null, says: silence.reason });
});

it("is looked for anew when nobody is there any more: each start gives it another port", async () => {
  const { asked, door } = doorAt([1, 2], ({ origin }) => (origin.endsWith(":1") ? refused : app(200, {})));
  expect((await door.ask(place)).says).toBe("connection refused");
  expect((await door.ask(place)).isWell).toBe(true);
  expect(asked.map((line) => line.split(" ")[0])).toEqual(["http://127.0.0.1:1", "http://127.0.0.1:2"]);
});

it("that is not there is said to be so, and found when it is back", async () => {
  const { door } = doorAt([undefined, undefined, 3], () => app(200, {}));
  await expect(door.to(place)).rejects.toMatchObject({
    id: "door-closed",
    message: 'The service door of the lab "demo" does not run: no app server can be asked alone.',
    todo: "Run `lab reset --name demo`.",
  });
  expect((await door.ask(place)).says).toBe("the service door does not run");
  expect((await door.ask(place)).isWell).toBe(true);
});
