import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { story } from "../verdict/golden/history-builder.ts";
import { waitUntil } from "../wait.ts";
import { Feed, forLongDays } from "./feed.ts";
import { patienceMs, streamFeed } from "./stream.ts";

/** As long as the interval in which a feed is asked. */
const turnMs = 80;
const open = new Set<() => void>();
const answers: ServerResponse[] = [];
let feed: Feed;
const server = createServer((request, response) => {
  answers.push(response);
  void streamFeed(request, response, { feed, open });
});

beforeEach(async () => {
  // The clock stands still unless a test moves it; sockets go on.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  feed = new Feed(forLongDays);
  answers.length = 0;
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
});

afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await seen("nobody to be there", () => open.size === 0);
});

/** A page that has asked and reads nothing until told so. */
async function sleeper() {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.pause();
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await seen("the page to be answered", () => open.size === 1);
  return { socket, response: answers[0]! };
}

async function seen(what: string, until: () => boolean): Promise<void> {
  const waited = await waitUntil({ look: async () => until(), until: Boolean, deadlineMs: 20_000, everyMs: 5 });
  if (!waited.ok) throw new Error(`waited for ${what}`);
}

const [run, ...rest] = story().comesIn("ann", "app1").reads("ann", "me").events;
const question = rest.at(-1)!;

/** So many requests as one turn brings of a lab that is asked without pause. */
async function happens(count: number): Promise<void> {
  for (let index = 0; index < count; index++) feed.record({ ...question });
  vi.advanceTimersByTime(turnMs);
  await new Promise((resolve) => setImmediate(resolve));
}

it("holds back what a page does not read: no more than the feed itself keeps", async () => {
  for (const event of [run!, ...rest]) feed.record(event);
  const { socket, response } = await sleeper();
  // 40 MB.
  let most = 0;
  for (let turn = 0; turn < patienceMs / turnMs / 2; turn++) {
    await happens(1_000);
    most = Math.max(most, response.writableLength);
  }
  expect(response.writableNeedDrain).toBe(true);
  expect(most).toBeLessThan(1_000_000);

  // When it goes on it begins anew, and misses nothing that is shown.
  let got = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    got += text;
  });
  socket.resume();
  await seen("all to be read", () => !response.writableNeedDrain);
  feed.record({ type: "end", at: 1, complete: true });
  vi.advanceTimersByTime(turnMs);
  await seen("the end", () => got.includes('"type":"end"'));
  const last = got.slice(got.lastIndexOf("event:message"));
  expect(last).toMatch(/"events":\[\{"type":"run"/);
  socket.destroy();
});

it("lets a page go that reads nothing for half a minute, and forgets it", async () => {
  for (const event of [run!, ...rest]) feed.record(event);
  const { socket, response } = await sleeper();
  const closed = once(socket, "close");
  while (!response.writableNeedDrain) await happens(1_000);
  vi.advanceTimersByTime(patienceMs - turnMs);
  expect(response.destroyed).toBe(false);
  vi.advanceTimersByTime(2 * turnMs);
  expect(response.destroyed).toBe(true);
  socket.resume();
  await closed;
  await seen("nobody to be there", () => open.size === 0);
});
