// What `npm run chaos [row...] [--scale 0.1]` runs, after a build: faults, with real processes and signals, on loopback.
import { parseArgs } from "node:util";
import { checkDist } from "../support/dist.ts";
import { type ChaosRow, createChaos, type Figure } from "./chaos.ts";
import { diskFull } from "./rows/disk-full.ts";
import { kills } from "./rows/kills.ts";
import { migrations } from "./rows/migrations.ts";
import { poolers } from "./rows/poolers.ts";
import { restarts } from "./rows/restarts.ts";
import { rollouts } from "./rows/rollouts.ts";
import { scaleOut } from "./rows/scale-out.ts";
import { silence } from "./rows/silence.ts";
import { terminations } from "./rows/terminations.ts";

const ROWS: readonly ChaosRow[] = [
  kills,
  restarts,
  terminations,
  silence,
  diskFull,
  scaleOut,
  poolers,
  rollouts,
  migrations,
];

const { values, positionals } = parseArgs({ allowPositionals: true, options: { scale: { type: "string" } } });
const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
const scale = Number(values.scale ?? 1);
if (unknown.length > 0 || !(scale > 0)) {
  console.error(
    `Cannot run "${unknown.join('", "')}" at scale ${scale}: the rows are ${ROWS.map(({ name }) => name).join(", ")}`,
  );
  process.exit(1);
}

checkDist();
const chaosNow: { close?: () => Promise<void> } = {};
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void chaosNow.close?.().finally(() => process.exit(1)));
}
let numMissed = 0;
for (const row of ROWS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const startedAt = performance.now();
  console.log(`\n# ${row.name}: ${row.about}\n`);
  const chaos = await createChaos();
  chaosNow.close = chaos.close;
  try {
    const figures = await row.run(chaos, scale);
    numMissed += figures.filter(({ isMet }) => !isMet).length;
    print(figures);
  } finally {
    await chaos.close();
  }
  console.log(`\n  (took ${((performance.now() - startedAt) / 1000).toFixed(0)} s)`);
}
console.log(`\n${numMissed} targets missed`);
process.exitCode = numMissed > 0 ? 1 : 0;

function print(figures: readonly Figure[]): void {
  for (const { what, measured, target, isMet, nodePostgres } of figures) {
    const other = nodePostgres === undefined ? "" : `; node-postgres: ${nodePostgres}`;
    console.log(`  ${isMet ? "met   " : "MISSED"}  ${what}: ${measured} (target ${target}${other})`);
  }
}
