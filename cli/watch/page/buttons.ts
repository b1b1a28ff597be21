import { element } from "../../picture/dom.ts";
import type { Answered, FaultChoice } from "../page-data.ts";
import type { PageRequest } from "../page-request.ts";

/** Buttons that break a service or heal it. What came of it is said by `say`. */
export function faultButtons(
  service: string,
  faults: readonly FaultChoice[],
  say: (text: string) => void,
): HTMLElement {
  const buttons = faults.map(({ kind, word }) =>
    actionButton(word, { do: "fault", kind, service }, say, `${word} ${service}`),
  );
  const heal = actionButton("Heal", { do: "heal", service }, say, `Heal ${service}`);
  heal.classList.add("heal");
  return element("div", { class: "buttons", role: "group", "aria-label": `faults of ${service}` }, ...buttons, heal);
}

export function actionButton(
  text: string,
  request: PageRequest,
  say: (text: string) => void,
  label = text,
): HTMLButtonElement {
  const button = element("button", { type: "button", "aria-label": label }, text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    say(`${label} ...`);
    try {
      say((await ask(request)).says);
    } catch (error) {
      say(`${label}: ${(error as Error).message}`);
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

async function ask(request: PageRequest): Promise<Answered> {
  const response = await fetch("act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  if (!response.headers.get("content-type")?.startsWith("application/json"))
    throw new Error(`refused with status ${response.status}`);
  return (await response.json()) as Answered;
}
