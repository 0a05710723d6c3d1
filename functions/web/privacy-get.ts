import { LOGIN_DAYS } from "../../shared/auth/find-credential.ts";
import { RETENTION } from "../../shared/cleaning/retention.ts";
import { httpFunction } from "../../shared/http/function.ts";
import { pageReply } from "../../shared/web/layout.ts";
import { type PrivacyFacts, privacyPage } from "../../shared/web/pages/privacy-page.ts";

/** The privacy page. It is the same for all visitors, and needs no database. */
export default httpFunction<undefined, PrivacyFacts>({
  usesDatabase: false,

  readParams: () => undefined,

  handle: ({ config }) => ({
    retention: RETENTION,
    loginDays: LOGIN_DAYS,
    directoryHost: new URL(config.directoryUrl).host,
    sendsMail: config.smtpUrl !== undefined,
    reportsErrors: config.sentryDsn !== undefined,
  }),

  render: (facts, { config }) => pageReply({ config }, privacyPage(facts)),
});
