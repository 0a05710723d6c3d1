import { notFoundGeneral } from "../../shared/errors.ts";
import { httpFunction } from "../../shared/http/function.ts";

export default httpFunction<object, object>({
  readParams() {
    throw notFoundGeneral("nothing is here yet");
  },
  handle: () => ({}),
  render: () => ({ headers: {}, body: "" }),
});
