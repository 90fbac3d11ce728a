import { render } from "preact";
import { createApi } from "./api/api.ts";
import { App } from "./app.tsx";
import { createChat } from "./chat/chat.ts";
import { createFailures } from "./state/failures.ts";
import { createKey } from "./state/key.ts";
import { createMeter } from "./state/meter.ts";
import { createPulls } from "./state/pulls.ts";
import { createServer } from "./state/server.ts";
import { createWatch } from "./state/watch.ts";

const key = createKey(sessionStorage);
const api = createApi({ readKey: key.read, onKeyRefused: key.refused });
const meter = createMeter();
const failures = createFailures();
const pulls = createPulls(api, failures);
const server = createServer({ api, meter, failures, pulls, now: Date.now });
const watch = createWatch({ api, server, meter, key, isHidden: () => document.hidden });
const chat = createChat(api);

const place = document.getElementById("page");
if (place !== null) render(<App {...{ apiKey: key, server, pulls, failures, watch, chat }} />, place);
