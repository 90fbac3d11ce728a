// Work that takes its time to stop: it ends only with the program.
import { untilStopped } from "../../cli/stop.ts";

process.exit(
  await untilStopped(async () => {
    process.stderr.write("working\n");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return 0;
  }),
);
