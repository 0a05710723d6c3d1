import assert from "node:assert/strict";
import test from "node:test";
import { callArtifact } from "../../support/artifact.ts";
import { startMailServer } from "../../support/mail-server.ts";
import { runSite } from "../../support/running-site.ts";
import { createVisitor, type Visitor } from "../../support/visitor.ts";

const server = await startMailServer();
test.after(server.close);
const site = await runSite({ SMTP_URL: server.url });
const PASSWORD = "correct horse";
let numAccounts = 0;

/** A browser that is logged in to an account of its own. */
async function logIn(): Promise<{ owner: Visitor; email: string; newEmail: string }> {
  numAccounts += 1;
  const email = `old${numAccounts}@example.com`;
  await callArtifact({
    name: "admin-account-add",
    params: JSON.stringify({ email, password: PASSWORD }),
    environment: { DATABASE_URL: site.databaseUrl },
  });
  const owner = createVisitor(site.url);
  assert.equal((await owner.post("/login", { email, password: PASSWORD })).status, 303);
  return { owner, email, newEmail: `new${numAccounts}@example.com` };
}

const begin = (owner: Visitor, newEmail: string) =>
  owner.post("/account/email", { new_email: newEmail, email_password: PASSWORD });

/** The newest mail to an address, once no job is left. */
async function mailTo(address: string) {
  while ((await site.sql`select from job`).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  return server.mails.filter(({ to }) => to[0] === address).at(-1);
}

async function codeFor(address: string): Promise<string> {
  return /\/email-change\?code=(\S+)/.exec((await mailTo(address))?.text ?? "")?.[1] ?? "";
}

const emailOf = async (owner: Visitor) => JSON.parse((await owner.get("/account/export")).body).account.email;

for (const order of ["new first", "old first"]) {
  test(`an account's address changes when both ends are confirmed, ${order}, and the old one is told`, async () => {
    const { owner, email, newEmail } = await logIn();
    const begun = await begin(owner, newEmail);
    const codes = [await codeFor(newEmail), await codeFor(email)];
    const [first = "", second = ""] = order === "new first" ? codes : codes.reverse();
    const anybody = createVisitor(site.url);

    const opened = await anybody.get(`/email-change?code=${first}`);
    const half = await anybody.post("/email-change", { code: first });
    const between = await emailOf(owner);
    const changed = await anybody.post("/email-change", { code: second });
    const again = await anybody.post("/email-change", { code: second });

    assert.match(begun.body, /Check your email/);
    assert.match(opened.body, /Confirm change/);
    assert.match(half.body, /One more link to open/);
    assert.equal(between, email);
    assert.match(changed.body, /Email address changed/);
    assert.equal(again.status, 404);
    assert.equal(await emailOf(owner), newEmail);
    const notice = await mailTo(email);
    assert.match(notice?.headers.subject ?? "", /was changed/);
    assert.match(notice?.text ?? "", new RegExp(newEmail));
    assert.equal((await anybody.post("/login", { email: newEmail, password: PASSWORD })).status, 303);
    assert.equal((await createVisitor(site.url).post("/login", { email, password: PASSWORD })).status, 200);
  });
}

test("the old address's link stops a change, and the new one's cannot", async () => {
  const { owner, email, newEmail } = await logIn();
  await begin(owner, newEmail);
  const [newCode, oldCode] = [await codeFor(newEmail), await codeFor(email)];
  const anybody = createVisitor(site.url);

  const fromNew = await anybody.post("/email-change", { code: newCode, stop: "true" });
  const offered = await anybody.get(`/email-change?code=${oldCode}`);
  const stopped = await anybody.post("/email-change", { code: oldCode, stop: "true" });
  const late = await anybody.post("/email-change", { code: newCode });

  assert.equal(fromNew.status, 404);
  assert.match(offered.body, /Stop change/);
  assert.match(stopped.body, /Email change stopped/);
  assert.equal(late.status, 404);
  assert.equal(await emailOf(owner), email);
});

test("the new address's link is enough, if the old address is refused for good", async () => {
  const { owner, email, newEmail } = await logIn();
  server.refusal = `550 No mailbox "${email}"`;
  await begin(owner, newEmail);
  await mailTo(email);
  server.refusal = undefined;
  const [row] = await site.sql`
    select id, (select count(*)::int from verification_code where kind = 'old-email') as num_old
    from verification_code where kind = 'new-email' and email = ${newEmail}`;
  // The server refused that one, too: its mail is sent once more.
  await site.sql`
    insert into job (name, args) values ('email_change_mailer', ${site.sql.json({ verificationCodeId: Number(row?.id), nonce: "n" })})`;
  await createVisitor(site.url).post("/password-reset", { email: "nobody@example.com" });

  const changed = await createVisitor(site.url).post("/email-change", { code: await codeFor(newEmail) });

  assert.equal(row?.num_old, 0);
  assert.match(changed.body, /Email address changed/);
  assert.equal(await emailOf(owner), newEmail);
});

test("beginning a change takes the password, tells nobody whether the new address has an account, and voids the last one", async () => {
  const { owner, newEmail } = await logIn();
  const { email: taken } = await logIn();
  const words = ({ body }: { body: string }, address: string) => body.replaceAll(address, "...");

  const wrong = await owner.post("/account/email", { new_email: newEmail, email_password: "wrong guess" });
  const same = await owner.post("/account/email", { new_email: "no address", email_password: PASSWORD });
  const free = await begin(owner, newEmail);
  const freeCode = await codeFor(newEmail);
  const known = await begin(owner, taken);

  assert.match(wrong.body, /That is not your password\./);
  assert.match(same.body, /Please specify a valid email address\./);
  assert.equal(words(free, newEmail), words(known, taken));
  assert.match((await mailTo(taken))?.headers.subject ?? "", /already have an account/);
  assert.notEqual(freeCode, "");
  assert.equal((await createVisitor(site.url).get(`/email-change?code=${freeCode}`)).status, 404);
});

test("a change or a reset of the password is told to the owner, although others have used up the address's mails", async () => {
  const { owner, email } = await logIn();
  const form = { password: "battery staple", password_confirm: "battery staple" };
  for (let i = 0; i < 6; i++) {
    await createVisitor(site.url, { address: `11.80.${i}.1` }).post("/password-reset", { email });
  }
  const reset = /\/password-reset\?code=(\S+)/.exec((await mailTo(email))?.text ?? "")?.[1] ?? "";

  await owner.post("/account/password", { current_password: PASSWORD, ...form });
  const changed = await mailTo(email);
  const voided = await createVisitor(site.url).get(`/password-reset?code=${reset}`);

  assert.match(changed?.headers.subject ?? "", /^Your password for .* was changed$/);
  assert.equal(voided.status, 404);
});
