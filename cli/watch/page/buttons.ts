import { element } from "../../picture/dom.ts";
import type { Answered, Wish } from "../page-data.ts";

const words: Record<string, string> = {
  kill: "Kill",
  stop: "Stop",
  restart: "Restart",
  freeze: "Freeze",
  partition: "Cut off",
};

/** Buttons that break a service or heal it. What came of it is said by `say`. */
export function faultButtons(service: string, kinds: readonly string[], say: (text: string) => void): HTMLElement {
  const buttons = kinds.map((kind) => {
    const word = words[kind] ?? kind;
    return actionButton(word, { do: "fault", kind, service }, say, `${word} ${service}`);
  });
  const heal = actionButton("Heal", { do: "heal", service }, say, `Heal ${service}`);
  heal.classList.add("heal");
  return element("div", { class: "buttons", role: "group", "aria-label": `faults of ${service}` }, ...buttons, heal);
}

export function actionButton(text: string, wish: Wish, say: (text: string) => void, label = text): HTMLButtonElement {
  const button = element("button", { type: "button", "aria-label": label }, text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    say(`${label} ...`);
    try {
      say((await ask(wish)).says);
    } catch (error) {
      say(`${label}: ${(error as Error).message}`);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

async function ask(wish: Wish): Promise<Answered> {
  const response = await fetch("act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  if (!response.headers.get("content-type")?.startsWith("application/json"))
    throw new Error(`refused with status ${response.status}`);
  return (await response.json()) as Answered;
}
