import type { Interrupt } from "../interrupt.ts";
import type { PageServer } from "./server.ts";

/** Opens the page where there is somebody to look. A machine without a browser is no reason to stop. */
export async function openPage({ url }: PageServer): Promise<void> {
  if (!process.stdout.isTTY) return;
  const browser = await import("open").then(({ default: open }) => open(url)).catch(() => undefined);
  browser?.on("error", () => {});
}

/** Returns when somebody presses Ctrl-C. */
export async function untilInterrupted({ signal }: Interrupt): Promise<void> {
  if (signal.aborted) return;
  // A timer keeps the process alive; an event listener alone does not.
  const alive = setInterval(() => {}, 60_000);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  clearInterval(alive);
}
