import type { Interrupt } from "../terminal/interrupt.ts";
import type { PageServer } from "./server.ts";

/**
 * Opens the page where there is somebody to look. A machine without a browser is no reason to stop. The address is on the browser's
 * command line, so it is one that is good once. (A file that leads to the page is what many browsers may not read: those in a
 * snap or a flatpak see neither hidden folders nor /tmp.)
 */
export async function openPage(server: PageServer): Promise<void> {
  if (!process.stdout.isTTY) return;
  const url = server.urlForOnce({ onSecondUse: warnOnce() });
  const browser = await import("open").then(({ default: open }) => open(url)).catch(() => undefined);
  browser?.on("error", () => {});
}

function warnOnce(): () => void {
  let isTold = false;
  return () => {
    if (isTold) return;
    isTold = true;
    process.stderr.write(
      "The address that was handed to the browser was used a second time. If your browser shows the page, all is well. If it says that the address has been used already, somebody else on this machine may have been faster: press Ctrl-C and start again with --no-open.\n",
    );
  };
}

/** Returns when somebody presses Ctrl-C. */
export async function untilInterrupted({ signal }: Interrupt): Promise<void> {
  if (signal.aborted) return;
  // A timer keeps the process alive; an event listener alone does not.
  const alive = setInterval(() => {}, 60_000);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  clearInterval(alive);
}
