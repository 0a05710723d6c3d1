import { ACCOUNT_CSS } from "./style/account.css.ts";
import { BASE_CSS } from "./style/base.css.ts";
import { EPISODE_CSS } from "./style/episode.css.ts";
import { OPERATOR_CSS } from "./style/operator.css.ts";
import { PARTS_CSS } from "./style/parts.css.ts";
import { PODCASTS_CSS } from "./style/podcasts.css.ts";
import { PROSE_CSS } from "./style/prose.css.ts";

/** The site's only style sheet. It is in TypeScript so that Node and the bundler both can load it. Later rules win. */
export const APP_CSS = [BASE_CSS, PARTS_CSS, PODCASTS_CSS, EPISODE_CSS, PROSE_CSS, ACCOUNT_CSS, OPERATOR_CSS].join(
  "\n",
);
