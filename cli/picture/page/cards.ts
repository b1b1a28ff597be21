import { element } from "../dom.ts";
import { answerMarks, lookOfServer, type Mark, marksOfFates } from "../palette.ts";
import { conditionSigns, conditionWords, type Picture } from "../picture.ts";
import { type ArchitectureTally, type Box, boxesOf, isJudged, tallyOf } from "../tally.ts";

/** The boxes of the picture, from left to right: browsers, balancers, app servers, stores. */
export interface Cards {
  root: HTMLElement;
  /** The boxes that wires lead to, by architecture and by service. */
  places: Map<string, HTMLElement>;
  show(picture: Picture): void;
}

export interface CardOptions {
  /** Puts more into the box of a service, e.g. buttons. */
  furnish?(service: string, box: HTMLElement): void;
}

/** Sessions that are shown one by one; of more, only their share is shown. */
const shownOneByOne = 60;

export function buildCards(picture: Picture, { furnish = () => {} }: CardOptions): Cards {
  const boxes = boxesOf(picture).filter(({ part }) => part !== "browser");
  const browsers = picture.run.architectures.map(({ id }) => new BrowserCard(id));
  const services = boxes.map((box) => new ServiceCard(box));
  const playing = (part: Box["part"]) => services.filter((card) => card.part === part);
  const column = (name: string, label: string, cards: { root: HTMLElement }[]) =>
    element(
      "section",
      { class: `column ${name}`, "aria-label": label },
      element("h2", {}, label),
      element("div", { class: "cards" }, ...cards.map(({ root }) => root)),
    );
  const root = element(
    "div",
    { class: "stage" },
    column("browsers", "Browsers", browsers),
    column("balancers", playing("balancer").length > 1 ? "Balancers" : "Balancer", playing("balancer")),
    column("app-servers", "App servers", playing("app-server")),
    column("stores", "Session stores", playing("store")),
  );
  for (const { service, root: box } of services) furnish(service, box);
  const cards = [
    ...browsers.map(({ id, root: box }) => [id, box] as const),
    ...services.map(({ service, root: box }) => [service, box] as const),
  ];
  return {
    root,
    places: new Map(cards),
    show(now) {
      const tallies = new Map(tallyOf(now).map((tally) => [tally.id, tally]));
      const found = boxesOf(now);
      for (const card of browsers) card.show(tallies.get(card.id)!, now);
      for (const card of services) card.show(found.find(({ service }) => service === card.service)!);
    },
  };
}

/** One architecture: how many browsers, what each was told last, what became of its session. */
class BrowserCard {
  readonly id: string;
  readonly root: HTMLElement;
  readonly #words = element("p", { class: "words" });
  readonly #sessions = element("p", { class: "sessions", "aria-hidden": "true" });
  #shown = "";

  constructor(id: string) {
    this.id = id;
    this.root = element("article", { class: "card browser" }, element("h3", {}, id), this.#sessions, this.#words);
  }

  show(tally: ArchitectureTally, picture: Picture): void {
    const judged = isJudged(tally);
    const marks = judged
      ? marksIn(marksOfFates(tally), tally.fates, "fate").reverse()
      : marksIn(answerMarks, tally.answers, "answer");
    const shown = JSON.stringify([
      marks,
      tally.sessions,
      tally.sessions <= shownOneByOne && !judged ? signsOf(picture, this.id) : "",
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const words = marks.map(({ mark, count, name }) =>
      element("span", { class: `mark ${name}` }, element("b", {}, `${mark.sign} ${count}`), ` ${mark.word}`),
    );
    if (tally.arriving > 0) words.push(element("span", { class: "faint" }, `${tally.arriving} not here yet`));
    this.#words.replaceChildren(...words);
    this.#sessions.replaceChildren(
      ...(tally.sessions <= shownOneByOne ? oneByOne(tally, marks, judged, picture) : [shares(tally, marks)]),
    );
  }
}

interface Counted {
  mark: Mark;
  count: number;
  /** Class that colours it. */
  name: string;
}

function marksIn<Key extends string>(
  marks: Record<Key, Mark>,
  counts: Partial<Record<Key, number>>,
  kind: string,
): Counted[] {
  return (Object.keys(marks) as Key[])
    .map((key) => ({ mark: marks[key], count: counts[key] ?? 0, name: `${kind}-${key}` }))
    .filter(({ count }) => count > 0);
}

function signsOf({ sessions }: Picture, architecture: string): string {
  let signs = "";
  for (const session of sessions.values())
    if (session.architecture === architecture && session.role === "subject") signs += session.answer?.[0] ?? "-";
  return signs;
}

/** A small square for each session, always in the same place, until the fates are known: then they stand together. */
function oneByOne(
  { id }: ArchitectureTally,
  marks: readonly Counted[],
  judged: boolean,
  { sessions }: Picture,
): HTMLElement[] {
  if (judged)
    return marks.flatMap(({ mark, count, name }) =>
      Array.from({ length: count }, () => element("span", { class: `session ${name}` }, mark.sign)),
    );
  const squares: HTMLElement[] = [];
  for (const { architecture, role, answer } of sessions.values()) {
    if (architecture !== id || role !== "subject") continue;
    const name = answer === undefined ? "arriving" : `answer-${answer}`;
    squares.push(element("span", { class: `session ${name}` }, answer === undefined ? "·" : answerMarks[answer].sign));
  }
  return squares;
}

/** Too many to count: a bar, each part as long as its share. */
function shares({ sessions }: ArchitectureTally, marks: readonly Counted[]): HTMLElement {
  const bar = element("span", { class: "shares" });
  for (const { count, name, mark } of marks) {
    const part = element("span", { class: name }, count / sessions > 0.06 ? mark.sign : "");
    part.style.setProperty("flex-grow", String(count));
    bar.append(part);
  }
  return bar;
}

/** A service: its name in its colour, how it is, how many sessions live in it. */
class ServiceCard {
  readonly service: string;
  readonly part: Box["part"];
  readonly root: HTMLElement;
  readonly #state = element("p", { class: "state" });
  readonly #count = element("p", { class: "count" });
  #shown = "";

  constructor({ service, part }: Pick<Box, "service" | "part">) {
    this.service = service;
    this.part = part;
    const look = part === "app-server" ? lookOfServer(service) : undefined;
    const name = look ? `${look.shape} ${service}` : service;
    this.root = element(
      "article",
      { class: `card service ${this.part} ${look?.name ?? ""}`, "data-service": service },
      element("h3", {}, name),
      this.#state,
      this.#count,
    );
  }

  show({ condition, remarks, sessions, holdsSessions }: Box): void {
    const shown = JSON.stringify([condition, remarks, sessions, holdsSessions]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.root.dataset.condition = condition;
    const besides = remarks.length > 0 ? ` (${remarks.join(", ")})` : "";
    this.#state.textContent = `${conditionSigns[condition]} ${conditionWords[condition]}${besides}`;
    if (!holdsSessions) return;
    const where = this.part === "app-server" ? "in memory" : "stored";
    this.#count.replaceChildren(
      element("b", {}, String(sessions ?? "?")),
      ` session${sessions === 1 ? "" : "s"} ${where}`,
    );
  }
}
