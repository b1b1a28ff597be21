import { exitCodes } from "../errors.ts";
import { examine } from "../lab/doctor.ts";
import { jsonReport } from "../report/json.ts";
import { harmless } from "../report/text.ts";

export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const findings = await examine();
  if (json) process.stdout.write(jsonReport(findings));
  else
    for (const { ok, what, says, todo } of findings) {
      const known = (todo ?? "").split("\n").filter(Boolean);
      const lines = [`${ok ? "ok  " : "FAIL"} ${what}: ${says}`, ...known.map((line) => `       -> ${line}`)];
      process.stdout.write(lines.map((line) => `${harmless(line)}\n`).join(""));
    }
  if (findings.some(({ ok }) => !ok)) process.exitCode = exitCodes.environment.code;
}
