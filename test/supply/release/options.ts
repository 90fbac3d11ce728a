import { parseArgs } from "node:util";

export interface ReleaseOptions {
  /** Where the files will lie; empty: nowhere that `ov-llm upgrade` could ask. */
  url: string;
  /** `NAME <MAIL>`. */
  maintainer: string;
}

export const help = `bun run release [options]: the files of a release, in dist/release, each tried in a clean folder

  --url URL                    the address where they will lie, for install.sh and ov-llm upgrade
  --maintainer "NAME <MAIL>"   who answers for the Debian packages
`;

/** The command line as options; null: help was asked for. Throws what a user should read. */
export function parseOptions(argv: string[]): ReleaseOptions | null {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: "boolean", short: "h" },
      url: { type: "string", default: "" },
      maintainer: { type: "string", default: "The authors of ov-llm <authors@ov-llm.example>" },
    },
  });
  return values.help ? null : { url: values.url, maintainer: values.maintainer };
}
