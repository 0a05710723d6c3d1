import { createFetch } from "../../shared/fetch/fetch.ts";

/** Networks that tests may fetch from: their own origins. */
export const LOOPBACK = ["127.0.0.0/8", "::1/128"];

/** A real fetch that may reach loopback. */
export const fetch = createFetch({ allow: LOOPBACK, userAgent: "podcore-test" });
