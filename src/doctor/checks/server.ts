import { renderHolder } from "../../linux/port-holder.ts";
import { createFinder, type Finding } from "../finding.ts";
import type { Subject } from "../subject.ts";

export function checkServer({ server }: Subject): Finding {
  const { ok, warn, fail } = createFinder("server");
  if (server.state === "answers") {
    const what = `ov-llm ${server.version} answers at ${server.url}`;
    return server.reason === null ? ok(`${what}.`) : warn(`${what}, but reports a problem: ${server.reason}`);
  }
  const { holder, problem } = server;
  if (holder === null) return warn(problem);
  // Whoever asked the server may have named it, with the next step.
  if (problem.includes(renderHolder(holder))) return fail(problem);
  return fail(
    `${problem} Its port is held by ${"pid" in holder ? `${holder.program} (pid ${holder.pid})` : `a program of the user ${holder.user}`}.`,
    "End that program, or choose another port with OV_PORT.",
  );
}

export function checkService({ service, server, machine: { user } }: Subject): Finding {
  const { ok, warn, fail } = createFinder("service");
  if (service.problem !== null) {
    return server.state === "answers"
      ? ok("The server runs without the service: it does not start by itself after a power cut.")
      : warn(service.problem);
  }
  const { active, enabled } = service;
  if (active === "failed")
    return fail(
      "The service ov-server has failed.",
      "`ov-llm logs` shows why; `ov-llm start` starts it again.",
    );
  if (active !== "active") return warn(`The service ov-server is ${active}.`, "Start it: `ov-llm start`.");
  if (!enabled)
    return warn(
      "The service ov-server runs, but does not start by itself.",
      "Run `systemctl --user enable ov-server`.",
    );
  if (!user.lingers) {
    const what = "The service ov-server ends when you log out, and does not start before you log in.";
    return warn(what, `Run \`sudo loginctl enable-linger ${user.name}\`.`);
  }
  return ok("The service ov-server runs and starts with the machine.");
}

export function checkHub({ hub }: Subject): Finding[] {
  const { ok, warn } = createFinder("hub");
  if (hub.state === "skipped") return [];
  if (hub.problem === null) return [ok(`The hub answers at ${hub.endpoint}.`)];
  const next =
    "Models on this machine are served without it. Look at the network, HTTPS_PROXY and HF_ENDPOINT before the next pull.";
  return [warn(`The hub at ${hub.endpoint} does not answer: ${hub.problem}.`, next)];
}

export function checkRegistry({ registry: { path, problems, models } }: Subject): Finding[] {
  const { ok, warn, fail } = createFinder("models");
  const broken = models.filter(({ problem }) => problem !== null);
  const findings = [
    ...problems.map((problem) => fail(problem)),
    ...broken.map(({ name, problem }) => fail(`"${name}": ${problem}`)),
  ];
  if (findings.length > 0) return findings;
  if (models.length === 0) {
    const next = "`ov-llm setup --starter` fetches a small one, `ov-llm catalog --fits` lists others.";
    return [warn(`No models are registered in "${path}" yet.`, next)];
  }
  return [
    ok(
      models.length === 1
        ? "1 model is registered, with all of its files."
        : `${models.length} models are registered, with all of their files.`,
    ),
  ];
}
