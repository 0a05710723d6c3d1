import { adminFunction } from "../../shared/http/function.ts";
import { retryJob } from "../../shared/jobs/parked-jobs.ts";
import { readFields, readId } from "../../shared/json.ts";

/** Makes the parked job `jobId` due again. */
export default adminFunction({
  readParams: (data) => ({ jobId: readId(readFields(data), "jobId") }),
  run: retryJob,
});
