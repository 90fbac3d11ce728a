/**
 * `bun run test:mesh`: LiteLLM's real proxy over three servers, in all that may happen to one of them, and what that takes. Brings the
 * proxy into the cache of `npm test`, whose other parts it needs. Takes about five minutes. Words after it go to `bun test`.
 */
import { bringPackages } from "./client/install.ts";
import { proxyDir, proxyPackage } from "./mesh/proxy.ts";

const failed = await bringPackages(proxyDir(), { source: "pip", packages: [proxyPackage] });
if (failed !== null) {
  console.error(`LiteLLM's proxy cannot be installed: ${failed}`);
  process.exit(1);
}
const child = Bun.spawn([process.execPath, "test", "./test/mesh/load.ts", ...process.argv.slice(2)], {
  stdio: ["inherit", "inherit", "inherit"],
});
process.exit(await child.exited);
