import { expect, it } from "vitest";
import { labels } from "./identity/labels.ts";
import { nameOf, whyNoContainerOfOurs } from "./is-ours.ts";

const found = {
  [labels.lab]: "lab",
  [labels.project]: "session-lab-lab",
  [labels.id]: "4f",
  [labels.service]: "app1",
  [labels.image]: "sha256:image",
};

function why({ names = ["/session-lab-lab-app1-1"], State = "running", changed = {}, isMarked = true } = {}) {
  const container = { Names: names, State, Labels: { ...found, ...changed }, ImageID: "sha256:image" };
  return whyNoContainerOfOurs({ ...container, HostConfig: { NetworkMode: "session-lab-lab_lab" } }, isMarked);
}

it.each([
  ["as Compose calls it", "/session-lab-lab-app1-1"],
  ["one more of a service", "/session-lab-lab-app1-12"],
  ["as Compose calls it with COMPOSE_COMPATIBILITY", "/session-lab-lab_app1_1"],
  ["while Compose replaces it", "/0a1b2c3d4e5f_session-lab-lab-app1-1"],
])("a container's name is the lab's: %s", (_, name) => {
  expect(why({ names: [name] })).toBeUndefined();
});

it.each([
  "/session-lab-lab-app2-1",
  "/session-lab-lab-app1",
  "/session-lab-lab-app1-1-copy",
  "/my-session-lab-lab-app1-1",
  "/session-lab-lab2-app1-1",
])("a container's name is not: %s", (name) => {
  expect(why({ names: [name] })).toBe("its name is none that the lab gives");
});

it("a service in the labels is no pattern that fits any name", () => {
  expect(why({ names: ["/session-lab-lab-anything-1"], changed: { [labels.service]: ".*" } })).toBe(
    "its name is none that the lab gives",
  );
});

it("a container that is linked to has further names, which are not its own", () => {
  expect(nameOf({ Names: ["/other/session-lab-lab-app1-1", "/mine"] })).toBe("mine");
});

it("a container that the engine is removing may have lost its name: what else it is tells", () => {
  expect(why({ names: [], State: "dead" })).toBeUndefined();
  expect(why({ names: [], State: "running" })).toBe("its name is none that the lab gives");
});

it.each([
  ["an id of another shape", { [labels.id]: "a b\u001b" }, "its labels name no start of a lab"],
  ["no id", { [labels.id]: "" }, "its labels name no start of a lab"],
  ["a name of another shape", { [labels.lab]: "../lab" }, "that is no name of a lab"],
  ["another project", { [labels.project]: "shop" }, "it is in another Compose project"],
])("%s in the labels is no lab's", (_, changed, says) => {
  expect(why({ changed })).toBe(says);
});

it("from an image that Compose knows by another id it may be, unless that carries labels of a lab itself", () => {
  const changed = { [labels.image]: "sha256:part-of-it" };
  expect(why({ changed, isMarked: false })).toBeUndefined();
  expect(why({ changed, isMarked: true })).toBe("it was made from another image");
});
