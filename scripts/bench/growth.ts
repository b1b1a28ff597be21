import { type Bench, type Figure, figure, type Measurement, medianOf, repeat, say, timed } from "./figure.ts";

/** Policies and stores of 1, 4 and 16 architectures. */
const grids = [
  [["cookie"], ["redis"]],
  [
    ["cookie", "ip-hash"],
    ["redis", "memory"],
  ],
  [
    ["cookie", "ip-hash", "cookie-hash", "cookie-learn"],
    ["redis", "memory", "redis-rdb", "redis-aof"],
  ],
] as const;
const userCounts = [10, 100, 1_000];
/** One round takes more than three minutes. */
const roundsAtMost = 3;

/** What one cell of the table took. */
export interface Cell {
  users: number;
  architectures: number;
  /** Milliseconds a user, one value a round. */
  msPerUser: number[];
}

/**
 * How the cost grows: ten, a hundred and a thousand users on one, four and sixteen architectures, in milliseconds a user. Where
 * cost is linear, these fall towards a constant: what a run takes anyway is shared by more and more users.
 */
export const measureGrowth: Measurement = async (bench) => {
  const cells = grids.flatMap(([policies, stores]) =>
    userCounts.map((users): Cell => ({ users, architectures: policies.length * stores.length, msPerUser: [] })),
  );
  await bench.lab("up");
  await repeat(Math.min(bench.rounds, roundsAtMost), async () => {
    for (const cell of cells) cell.msPerUser.push(await login(bench, cell));
  });
  await bench.lab("down");
  return [...cells.map(figureOf), worstStep(cells, "users"), worstStep(cells, "architectures")];
};

async function login({ lab }: Bench, { users, architectures }: Cell): Promise<number> {
  const [policies, stores] = grids.find((grid) => grid[0].length * grid[1].length === architectures)!;
  const ms = await timed(() =>
    lab("scenario", "login", "--policy", policies.join(), "--store", stores.join(), "--users", `${users}`),
  );
  say(`growth: ${users} users x ${architectures} architectures: ${Math.round(ms)} ms`);
  return ms / (users * architectures);
}

function figureOf({ users, architectures, msPerUser }: Cell): Figure {
  const what = `\`login\`, ${users} users on ${architectures} architecture${architectures === 1 ? "" : "s"}`;
  return { ...figure(what, "milliseconds a user", msPerUser), cell: { users, architectures } };
}

/**
 * What a user costs after a step to more of one kind, beside before it, both in the same round; of all such steps the one that
 * came out worst. Above 1 the cost grows faster than linearly.
 */
export function worstStep(cells: readonly Cell[], more: "users" | "architectures"): Figure {
  const same = more === "users" ? "architectures" : "users";
  const sizes = [...new Set(cells.map((cell) => cell[more]))].sort((a, b) => a - b);
  const steps = cells.flatMap((after) => {
    const smaller = sizes[sizes.indexOf(after[more]) - 1];
    const before = cells.find((cell) => cell[same] === after[same] && cell[more] === smaller);
    if (!before) return [];
    const ratios = after.msPerUser.map((ms, round) => ms / before.msPerUser[round]!);
    return [{ before, after, ratios }];
  });
  const worst = steps.reduce((one, other) => (medianOf(other.ratios) > medianOf(one.ratios) ? other : one));
  const at = `${worst.after[same]} ${same}`;
  return figure(
    `cost a user, worst step to more ${more}: from ${worst.before[more]} to ${worst.after[more]} (${at})`,
    "before the step",
    worst.ratios,
    "at most 1",
  );
}
