import { identify } from "../../shared/auth/identify.ts";
import { openFetch } from "../../shared/fetch/open-fetch.ts";
import { httpFunction } from "../../shared/http/function.ts";
import * as directoryPodcastAdder from "../../shared/search/directory-podcast-adder.ts";
import { podcastPath, unslugId } from "../../shared/web/links.ts";

/** Adds a podcast from the directory, unless it is stored already, and redirects to its page. */
export default httpFunction<{ id: number }, { id: number; title: string }>({
  openFetch,
  identify,

  readParams: ({ params }) => ({ id: unslugId("id", params.id ?? "") }),

  handle: directoryPodcastAdder.run,

  render: (podcast) => ({
    status: 307,
    headers: { location: podcastPath(podcast), "cache-control": "no-store" },
    body: "",
  }),
});
