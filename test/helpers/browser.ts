import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian, Ubuntu and others have it; OV_TEST_CHROMIUM names another. */
const places = [
  process.env.OV_TEST_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export const chromiumPath = places.find((path) => path !== undefined && existsSync(path));

/** For the name of what is skipped without one. */
export const needsChromium = "[needs Chromium: `apt-get install chromium`]";

/** In milliseconds: how long a browser, or what a test waits for in it, may take on a machine that is slow or stands still. */
export const browserPatience = 150_000;

/** A real Chromium; the test file closes it. */
export async function openBrowser(): Promise<Browser> {
  // Its sandbox is not to be had as root, nor in many containers.
  return await chromium.launch({
    executablePath: chromiumPath ?? "chromium",
    args: ["--no-sandbox"],
    timeout: browserPatience,
  });
}

/** What the page complains of: errors of its scripts, what its policy forbids, and what it asks of other servers. */
export function collectProblems(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => {
    // Chromium reports each refused request, which some tests want.
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin)) problems.push(`asks ${request.url()}`);
  });
  return problems;
}
