/** A daemon of one model: loads it and asks it for something, until it is killed. Arguments: addon folder, model. */
import { toRequest } from "../../helpers/engine-request.ts";
import { loadNativeHost } from "../../helpers/native-host.ts";

const [addon = "", path = ""] = process.argv.slice(2);
const host = await loadNativeHost(addon, path);
for await (const _ of host.run("generate", toRequest("Hi", { max_tokens: 5 }), new AbortController().signal));
