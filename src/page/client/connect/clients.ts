export interface Address {
  /** Of this server, as the browser reached it: `http://box.lan:9000` */
  origin: string;
  model: string;
  /** In tokens; null: not known. */
  contextLength: number | null;
  /** The server requires a key. */
  hasKey: boolean;
}

export interface Client {
  name: string;
  /** Where the snippet goes. */
  place: string;
  render(address: Address): string;
}

/** How clients are told of this server; docs/clients.md has more of them. The key itself is never shown. */
export const clients: readonly Client[] = [
  {
    name: "Open WebUI",
    place: "Settings → Connections → OpenAI API → +",
    render: ({ origin, hasKey }) => `URL  ${origin}/v1\nKey  ${hasKey ? "the key of this server" : "none"}`,
  },
  {
    name: "LiteLLM",
    place: "config.yaml",
    render: ({ origin, model, hasKey }) => `model_list:
  - model_name: ${JSON.stringify(model)}
    litellm_params:
      model: ${JSON.stringify(`openai/${model}`)}
      api_base: ${origin}/v1
      api_key: ${hasKey ? "os.environ/OV_API_KEY" : "none"}`,
  },
  {
    name: "Codex",
    place: "~/.codex/config.toml",
    render: ({ origin, model, contextLength, hasKey }) => `model = ${JSON.stringify(model)}
model_provider = "ov-llm"${contextLength === null ? "" : `\nmodel_context_window = ${contextLength}`}
web_search = "disabled"

[model_providers.ov-llm]
name = "ov-llm"
base_url = "${origin}/v1"
wire_api = "responses"${hasKey ? '\nenv_key = "OV_API_KEY"' : ""}`,
  },
  {
    name: "Claude Code",
    place: "a shell",
    render: ({ origin, model, contextLength, hasKey }) => `export ANTHROPIC_BASE_URL=${origin}
export ANTHROPIC_AUTH_TOKEN=${hasKey ? '"$OV_API_KEY"' : "none"}
export ANTHROPIC_MODEL=${quote(model)} ANTHROPIC_DEFAULT_HAIKU_MODEL=${quote(model)}${
      contextLength === null ? "" : `\nexport CLAUDE_CODE_MAX_CONTEXT_TOKENS=${contextLength}`
    }
export CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1
claude`,
  },
  {
    name: "OpenCode",
    place: "opencode.json",
    render: ({ origin, model, hasKey }) =>
      JSON.stringify(
        {
          $schema: "https://opencode.ai/config.json",
          model: `ov-llm/${model}`,
          provider: {
            "ov-llm": {
              npm: "@ai-sdk/openai-compatible",
              name: "ov-llm",
              options: { baseURL: `${origin}/v1`, apiKey: hasKey ? "{env:OV_API_KEY}" : "none" },
              models: { [model]: {} },
            },
          },
        },
        null,
        2,
      ),
  },
  {
    name: "Home Assistant",
    place: "Settings → Devices & services → Add integration → Ollama",
    render: ({ origin, model, hasKey }) =>
      [`URL    ${origin}`, ...(hasKey ? ["Key    the key of this server"] : []), `Model  ${model}`].join(
        "\n",
      ),
  },
];

/** For a shell. */
function quote(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
