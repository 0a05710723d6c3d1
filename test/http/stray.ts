// An artifact whose function leaves something behind that fails: run by error-reports.test.ts as a process of its own.
import { createArtifact } from "../../shared/http/artifact.ts";
import { httpFunction } from "../../shared/http/function.ts";

const stray = httpFunction({
  usesDatabase: false,
  readParams: ({ params }) => ({ isRejection: params.kind === "rejection" }),
  async handle(_, { isRejection }) {
    if (isRejection) void Promise.reject(new Error("Rejected and left"));
    else
      setImmediate(() => {
        throw new Error("Thrown and left");
      });
    // Answered after that.
    await new Promise((wake) => setTimeout(wake, 100));
  },
  render: () => ({ headers: {}, body: "" }),
});

createArtifact(
  { name: "stray", mounts: [{ name: "stray", fn: stray, routes: [{ method: "GET", path: "/:kind" }] }] },
  process.argv.slice(2),
);
