import assert from "node:assert/strict";
import { test } from "node:test";
import { langAttribute } from "../../shared/web/language.ts";

test("langAttribute() takes language tags as feeds write them", () => {
  assert.equal(langAttribute("de")?.toString(), ' lang="de"');
  assert.equal(langAttribute("EN-us")?.toString(), ' lang="EN-us"');
  assert.equal(langAttribute("pt_BR")?.toString(), ' lang="pt-BR"');
  assert.equal(langAttribute("zh-hant-tw")?.toString(), ' lang="zh-hant-tw"');
});

for (const language of [null, "", "english", "jp", "xx", "en-", "en us", 'en" onclick="x', "en-toolongsubtag", "-en"]) {
  test(`langAttribute() leaves out "${language}"`, () => {
    assert.equal(langAttribute(language), undefined);
  });
}
