import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { makeProcessFolder } from "../linux/folders.ts";
import { createImageStore } from "../media/images.ts";
import { createImageFetch } from "../media/remote.ts";

/** The images of requests, in a private folder that goes with the daemon. */
export function createImagesFor({ mediaDomains }: { mediaDomains: readonly string[] }) {
  const folder = makeProcessFolder("ov-llm-images-");
  return {
    openImages: createImageStore({
      folder,
      newId: randomUUID,
      fetch: createImageFetch({ domains: mediaDomains }),
    }),
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type DaemonImages = ReturnType<typeof createImagesFor>;
