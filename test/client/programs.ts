import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** A program that people install and point at the server: how it is set up, asked, and what it is to call. */
export interface Program {
  name: string;
  source: "npm" | "pip";
  /** Pinned; the first one is the program. */
  packages: readonly string[];
  /** Writes its settings, as docs/clients.md shows them; its variables. */
  setUp(home: string, url: string, model: string): Record<string, string>;
  /** `bin`: where its programs are. */
  ask(bin: string, model: string, home: string): string[];
  /** Lists the models that it knows; absent: it lists none. */
  list?(bin: string): string[];
  /** The tool that runs a shell command, and its arguments in the order of its schema; absent: it calls none. */
  call?: { name: string; arguments: Record<string, unknown> };
}

export const models = ["say", "call", "endless"];
export const prompt = "Say hello.";
/** What a called tool does, so that its run can be seen. */
export const command = "printf ran > proof.txt";

const langchain = join(import.meta.dir, "langchain_client.py");
const pythonTool = `import subprocess

def run(command: str) -> str:
    "Runs a shell command."
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout
`;

export function clientsDir(): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return process.env.OV_TEST_CLIENTS || join(cache, "ov-llm-test", "clients");
}

export const programDir = (name: string): string => join(clientsDir(), name);

function write(path: string, content: string | object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

export const programs: readonly Program[] = [
  {
    name: "opencode",
    source: "npm",
    packages: ["opencode-ai@1.18.33"],
    setUp(home, url) {
      const limit = { context: 65_536, output: 4_000 };
      const provider = {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: `${url}/v1`, apiKey: "none" },
        models: Object.fromEntries(models.map((name) => [name, { name, limit, tool_call: true }])),
      };
      const settings = { autoupdate: false, share: "disabled", provider: { "ov-llm": provider } };
      write(join(home, ".config/opencode/opencode.json"), settings);
      return {};
    },
    ask: (bin, model) => [join(bin, "opencode"), "run", "-m", `ov-llm/${model}`, prompt],
    list: (bin) => [join(bin, "opencode"), "models", "ov-llm"],
    call: { name: "bash", arguments: { command } },
  },
  {
    name: "pi",
    source: "npm",
    packages: ["@mariozechner/pi-coding-agent@0.73.1"],
    setUp(home, url) {
      const rows = models.map((id) => ({ id, contextWindow: 65_536, maxTokens: 20_000 }));
      const provider = { baseUrl: `${url}/v1`, api: "openai-completions", apiKey: "none", models: rows };
      write(join(home, ".pi/agent/models.json"), { providers: { "ov-llm": provider } });
      return { PI_OFFLINE: "1" };
    },
    ask: (bin, model) => [join(bin, "pi"), "--provider", "ov-llm", "--model", model, "-p", prompt],
    list: (bin) => [join(bin, "pi"), "--list-models"],
    call: { name: "bash", arguments: { command } },
  },
  {
    name: "qwen-code",
    source: "npm",
    packages: ["@qwen-code/qwen-code@0.24.4", "node@22.23.3"],
    setUp: (_home, url, model) => ({
      OPENAI_API_KEY: "none",
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_MODEL: model,
      QWEN_TELEMETRY_ENABLED: "false",
    }),
    ask: (bin, model) => [
      join(bin, "qwen"),
      "--auth-type",
      "openai",
      "--model",
      model,
      "--yolo",
      "-p",
      prompt,
    ],
    call: { name: "run_shell_command", arguments: { command, is_background: false } },
  },
  {
    name: "continue",
    source: "npm",
    packages: ["@continuedev/cli@1.5.47"],
    setUp(home, url, model) {
      const options = { contextLength: 65_536, maxTokens: 20_000 };
      const row = { name: model, provider: "openai", model, apiBase: `${url}/v1`, apiKey: "none" };
      const served = {
        ...row,
        roles: ["chat"],
        capabilities: ["tool_use"],
        defaultCompletionOptions: options,
      };
      // JSON is YAML.
      write(join(home, "config.yaml"), { name: "ov-llm", version: "1.0.0", schema: "v1", models: [served] });
      return { CONTINUE_TELEMETRY_ENABLED: "0" };
    },
    ask: (bin, _model, home) => [
      join(bin, "cn"),
      "--config",
      join(home, "config.yaml"),
      "--auto",
      "-p",
      prompt,
    ],
    call: { name: "Bash", arguments: { command } },
  },
  {
    name: "codex",
    source: "npm",
    packages: ["@openai/codex@0.169.0"],
    setUp(home, url, model) {
      const settings = [
        `model = "${model}"`,
        'model_provider = "ov-llm"',
        "model_context_window = 65536",
        'web_search = "disabled"',
        "[model_providers.ov-llm]",
        'name = "ov-llm"',
        `base_url = "${url}/v1"`,
        'wire_api = "responses"',
      ];
      write(join(home, ".codex/config.toml"), settings.join("\n"));
      return {};
    },
    ask: (bin) => [
      join(bin, "codex"),
      ...["exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", prompt],
    ],
    call: { name: "exec_command", arguments: { cmd: command } },
  },
  {
    name: "claude-code",
    source: "npm",
    packages: ["@anthropic-ai/claude-code@2.1.332"],
    setUp: (_home, url, model) => ({
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_AUTH_TOKEN: "none",
      ANTHROPIC_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: "65536",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    }),
    ask: (bin) => [join(bin, "claude"), "--allowedTools", "Bash", "-p", prompt],
    call: { name: "Bash", arguments: { command } },
  },
  {
    name: "aider",
    source: "pip",
    packages: ["aider-chat==0.86.2"],
    setUp: (_home, url) => ({
      OPENAI_API_BASE: `${url}/v1`,
      OPENAI_API_KEY: "none",
      // LiteLLM, which it is made with, would fetch its price list.
      LITELLM_LOCAL_MODEL_COST_MAP: "True",
    }),
    ask: (bin, model) => [
      join(bin, "aider"),
      "--model",
      `openai/${model}`,
      ...["--no-check-update", "--no-analytics", "--no-show-model-warnings", "--no-git", "--yes-always"],
      "--message",
      prompt,
    ],
  },
  {
    name: "llm",
    source: "pip",
    packages: ["llm==0.36"],
    setUp(home, url) {
      const row = { api_base: `${url}/v1`, supports_tools: true };
      const rows = models.map((name) => ({ model_id: name, model_name: name, ...row }));
      write(join(home, "llm/extra-openai-models.yaml"), rows);
      write(join(home, "functions.py"), pythonTool);
      return { LLM_USER_PATH: join(home, "llm"), OPENAI_API_KEY: "none" };
    },
    ask: (bin, model, home) => [
      join(bin, "llm"),
      ...["-m", model, "--functions", join(home, "functions.py"), prompt],
    ],
    list: (bin) => [join(bin, "llm"), "models"],
    call: { name: "run", arguments: { command } },
  },
  {
    name: "langchain-ollama",
    source: "pip",
    packages: ["langchain-ollama==1.1.0"],
    setUp: (_home, url) => ({ OLLAMA_HOST: url }),
    ask: (bin, model) => [join(bin, "python"), langchain, model, prompt],
    list: (bin) => [join(bin, "python"), langchain],
    call: { name: "run", arguments: { command } },
  },
];
