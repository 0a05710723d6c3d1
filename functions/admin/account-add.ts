import { notFoundGeneral } from "../../shared/errors.ts";
import { adminFunction } from "../../shared/http/function.ts";

export default adminFunction({
  readParams() {
    throw notFoundGeneral("nothing is here yet");
  },
  run: async () => ({}),
});
