import assert from "node:assert/strict";
import test from "node:test";
import {
  accountExistsMail,
  emailChangedMail,
  emailTakenMail,
  inviteMail,
  loginLinkMail,
  newEmailMail,
  oldEmailMail,
  passwordChangedMail,
  passwordResetMail,
  signUpMail,
} from "../../../shared/accounts/letters/mails.ts";

const code = {
  publicUrl: "https://casts.example.org",
  secret: "s-e_cret",
  expiresAt: new Date("2026-11-25T14:05:59Z"),
};

test("signUpMail() says where somebody signed up, what the link does, how long it lasts, and that it may be ignored", () => {
  const { subject, text, link } = signUpMail(code);

  assert.equal(subject, "Confirm your email address for casts.example.org");
  assert.equal(link, "https://casts.example.org/verify?code=s-e_cret");
  assert.equal(
    text,
    `Hello,

Someone, probably you, signed up at https://casts.example.org
with this email address. To confirm the address and create the account, open
this link:

https://casts.example.org/verify?code=s-e_cret

The link expires on 25 November 2026, 14:05 UTC. If you did not sign up, you
can ignore this email: no account is created without the link.
`,
  );
});

test("every mail names the site and holds its link on a line of its own", () => {
  const letters = [
    signUpMail,
    inviteMail,
    passwordResetMail,
    accountExistsMail,
    loginLinkMail,
    newEmailMail,
    emailTakenMail,
  ].map((write) => write(code));

  for (const { subject, text, link } of letters) {
    assert.match(subject, /casts\.example\.org/);
    assert.ok(text.split("\n").includes(link ?? ""), text);
    assert.match(text, /you\s+can\s+ignore\s+this\s+email/);
    // RFC 5322 2.1.1, and nothing that a mail would have to encode.
    assert.match(text, /^[ -~\n]+$/);
    assert.ok(text.split("\n").every((line) => line.length <= 80));
  }
  assert.equal(new Set(letters.map(({ subject }) => subject)).size, 6);
});

test("mails about a change name what changed, and lead to a new password or to the page that stops it", () => {
  const newEmail = "new@example.com";
  const asked = oldEmailMail({ ...code, newEmail });
  const notices = [passwordChangedMail(code), emailChangedMail({ ...code, newEmail })];

  assert.ok(asked.text.split("\n").includes(asked.link ?? ""));
  for (const { text } of [asked, notices[1] ?? asked]) assert.ok(text.split("\n").includes(newEmail));
  assert.match(notices[0]?.text ?? "", /^https:\/\/casts\.example\.org\/password-reset$/m);
  for (const { subject, text, link } of notices) {
    assert.match(subject, /was changed$/);
    assert.equal(link, undefined);
    assert.doesNotMatch(text, /code=/);
    assert.ok(text.split("\n").every((line) => line.length <= 80));
  }
});

test("accountExistsMail() leads to the log-in and to a new password, by no secret", () => {
  const { text } = accountExistsMail(code);

  assert.match(text, /^https:\/\/casts\.example\.org\/login$/m);
  assert.match(text, /^https:\/\/casts\.example\.org\/password-reset$/m);
  assert.doesNotMatch(text, /code=/);
});
