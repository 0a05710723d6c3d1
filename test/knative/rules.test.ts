import assert from "node:assert/strict";
import test from "node:test";
import { breakObject, HOUSE_BREAKS, WEBHOOK_BREAKS } from "./breaks.ts";
import { HOUSE_RULES } from "./house-rules.ts";
import { findKustomize, folderOf, render } from "./kustomize.ts";
import { type KubeObject, OVERLAYS, type Overlay, readSources } from "./objects.ts";
import { type Rule, WEBHOOK_RULES } from "./webhook-rules.ts";

const RULES = [...WEBHOOK_RULES, ...HOUSE_RULES];

const WAY_OUT =
  "These objects of knative/ break rules of test/knative/house-rules.ts or webhook-rules.ts. Change what writes them: knative/generator/ (then run `npm run build`), or the file itself where it is written by hand";

const kustomize = await findKustomize();
const rendered = kustomize && {
  compact: await render(kustomize, folderOf("compact")),
  "per-route": await render(kustomize, folderOf("per-route")),
};
const sources = { compact: await readSources("compact"), "per-route": await readSources("per-route") };

for (const overlay of OVERLAYS) {
  test(`overlays/${overlay}: every rule holds of what is written`, () => {
    const broken = listBroken(sources[overlay], { isRendered: false });

    assert.deepEqual(broken, [], WAY_OUT);
  });

  test(`overlays/${overlay}: every rule holds of what kustomize renders`, { skip: skipWithout(rendered) }, () => {
    const broken = listBroken(rendered?.[overlay] ?? [], { isRendered: true });

    assert.deepEqual(broken, [], WAY_OUT);
  });
}

test("every rule has a manifest that breaks it", () => {
  const names = new Set([...WEBHOOK_BREAKS, ...HOUSE_BREAKS].map(({ rule }) => rule));

  assert.deepEqual([...names].sort(), RULES.map(({ name }) => name).sort());
});

for (const breaking of [...WEBHOOK_BREAKS, ...HOUSE_BREAKS]) {
  const value = breaking.value === undefined ? "nothing" : JSON.stringify(breaking.value).slice(0, 60);
  const rule = RULES.find(({ name }) => name === breaking.rule);
  const skip = skipWithout(rule?.needsRendered ? rendered : sources);

  test(`refused, because ${breaking.rule}: ${breaking.object} with ${value} at ${breaking.path}`, { skip }, () => {
    const objects = objectsOf(breaking.overlay, rule);
    const broken = breakObject(objects, breaking);

    assert.ok(rule?.appliesTo(broken));
    assert.equal(rule?.holds(broken, objects), false);
  });
}

/** A rule that applies to nothing would hold of everything. */
test("every rule applies to some object", { skip: skipWithout(rendered) }, () => {
  const all = OVERLAYS.flatMap((overlay) => rendered?.[overlay] ?? []);

  const idle = RULES.filter((rule) => !all.some((object) => rule.appliesTo(object)));

  assert.deepEqual(idle, []);
});

function listBroken(objects: readonly KubeObject[], { isRendered }: { isRendered: boolean }): string[] {
  const rules = RULES.filter(({ needsRendered }) => isRendered || !needsRendered);
  return objects.flatMap((object) =>
    rules
      .filter((rule) => rule.appliesTo(object) && !rule.holds(object, objects))
      .map((rule) => `${object.kind}/${object.metadata.name}: ${rule.name}`),
  );
}

function objectsOf(overlay: Overlay, rule: Rule | undefined): readonly KubeObject[] {
  return (rule?.needsRendered ? rendered?.[overlay] : sources[overlay]) ?? [];
}

function skipWithout(objects: unknown): string | false {
  return objects === undefined && "kustomize is not to be had: no KUSTOMIZE, kustomize, kubectl or go";
}
