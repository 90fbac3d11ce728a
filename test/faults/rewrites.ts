import { writeFileSync } from "node:fs";
import { type RegistryModels, smolEntry, type TestServer } from "../helpers/server.ts";
import { ask } from "./requests.ts";

const names = ["one", "two"] as const;
/** The alias that moves between both models. */
const alias = "current";

/** A registry of two models of which the named one has the alias. */
export function pair(owner: string): RegistryModels {
  return Object.fromEntries(
    names.map((name) => [name, smolEntry({ aliases: name === owner ? [alias] : [] })]),
  );
}

/**
 * Moves the alias with each rewrite, breaks the file at every tenth, and asks for the alias after each while others ask
 * for both models all the time. `wrong`: answers by another model than the registry named, and failures.
 */
export async function rewriteUnderLoad(server: TestServer, times: number) {
  const wrong: string[] = [];
  let [answers, rewrites, isOver] = [0, 0, false];
  const expectAnswer = async (asked: string, wanted: string) => {
    const { end, model } = await ask(server, { model: asked, max_tokens: 1 });
    if (end !== "answered" || model !== wanted) wrong.push(`${asked}: ${end} by ${model}, not ${wanted}`);
    answers += 1;
  };
  const load = names.map(async (name) => {
    while (!isOver) await expectAnswer(name, name);
  });
  let owner = "one";
  for (; rewrites < times; rewrites += 1) {
    if (rewrites % 10 === 9) writeFileSync(server.registryPath, '{ "version": 1, "models": { "one');
    else {
      owner = owner === "one" ? "two" : "one";
      server.register(pair(owner));
    }
    await expectAnswer(alias, owner);
  }
  isOver = true;
  await Promise.all(load);
  server.register(pair("one"));
  return { wrong, answers, rewrites };
}
