/** A tool that runs in this page, to see whether a model calls it. */
export const demoTool = {
  type: "function",
  function: {
    name: "get_time",
    description: "Returns the current date and time of a time zone.",
    parameters: {
      type: "object",
      properties: {
        time_zone: {
          type: "string",
          description: "IANA name such as Europe/Berlin; by default the user's own",
        },
      },
    },
  },
};

/** What the tool answers, errors included: they are the model's to read. */
export function runDemoTool(name: string, given: string, now: Date): string {
  if (name !== demoTool.function.name) return `There is no tool named ${JSON.stringify(name)}.`;
  const timeZone = readTimeZone(given);
  try {
    return new Intl.DateTimeFormat("en-GB", {
      dateStyle: "full",
      timeStyle: "long",
      ...(timeZone !== null && { timeZone }),
    }).format(now);
  } catch {
    return `${JSON.stringify(timeZone)} is not a time zone: use an IANA name such as Europe/Berlin.`;
  }
}

function readTimeZone(given: string): string | null {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value !== "object" || value === null || !("time_zone" in value)) return null;
    return typeof value.time_zone === "string" && value.time_zone !== "" ? value.time_zone : null;
  } catch {
    return null;
  }
}
