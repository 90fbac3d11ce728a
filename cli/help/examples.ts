/** What people type most, by the command's words; a test runs each through the parser. */
export const examples: Record<string, readonly string[]> = {
  "": ["ov-llm pull qwen3-8b", 'ov-llm chat qwen3-8b "Why is the sky blue?"', "ov-llm serve --host 0.0.0.0"],
  serve: [
    "ov-llm serve",
    "ov-llm serve --host 0.0.0.0 --preload qwen3-8b",
    "ov-llm serve --memory-budget 12GB",
  ],
  chat: [
    "ov-llm chat qwen3-8b",
    'ov-llm chat qwen3-8b "Why is the sky blue?"',
    'git diff | ov-llm chat qwen3-8b "Write a commit message"',
  ],
  doctor: ["ov-llm doctor", "ov-llm doctor --trial --model qwen3-8b", "ov-llm doctor --json --offline"],
  tune: [
    "ov-llm tune qwen3-8b",
    "ov-llm tune qwen3-8b --minutes 15 --html tune.html",
    "ov-llm tune qwen3-8b --only kv --dry-run",
  ],
  pull: [
    "ov-llm pull qwen3-8b",
    "ov-llm pull Qwen/Qwen3-8B",
    "ov-llm pull Qwen/Qwen3-8B-GGUF --quant Q4_K_M",
  ],
  convert: [
    "ov-llm convert",
    "ov-llm convert ./Qwen3-8B",
    "ov-llm convert --dry-run",
    "ov-llm convert --only Qwen3-8B --weight-format int4",
  ],
  "models add": ["ov-llm models add ~/models/qwen.gguf"],
  "models set": [
    "ov-llm models set qwen3-8b device=GPU",
    "ov-llm models set qwen3-8b defaults.temperature=0.3 pinned=true",
    "ov-llm models set qwen3-8b device=",
  ],
  "models alias": ["ov-llm models alias qwen3-8b gpt-4o"],
  "mesh config": [
    "ov-llm mesh config --box http://pc1:9000 --box http://pc2:9000 > litellm.yaml",
    "ov-llm mesh config --box http://pc1:9000=env:PC1_KEY --fallback openai/gpt-4o",
  ],
  "mesh check": ["ov-llm mesh check --box http://pc1:9000 --box http://pc2:9000"],
  logs: ["ov-llm logs -f"],
  upgrade: ["ov-llm upgrade", "ov-llm upgrade ./ov-llm-1.2.0-linux-x64.tar.gz", "ov-llm upgrade --rollback"],
  completion: ["ov-llm completion bash > ~/.local/share/bash-completion/completions/ov-llm"],
  man: ["ov-llm man > ~/.local/share/man/man1/ov-llm.1"],
};
