import type { CommandHelp } from "../help/describe.ts";
import { quote } from "../shell-word.ts";
import { listModelCommands, listWords } from "./words.ts";

/** Where no word fits, bash completes files. */
export function renderBash(commands: readonly CommandHelp[]): string {
  const all = listWords(commands);
  const nested = [...all.keys()].filter((key) => key.includes(" "));
  const cases = [...all].map(
    ([key, words]) => `    ${quote(key)}) words=${quote(words.map(({ word }) => word).join(" "))} ;;\n`,
  );
  return `# Completion of ov-llm for bash.
_ov_llm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" key="\${COMP_WORDS[1]}" words=''
  [ "$COMP_CWORD" -gt 1 ] || key=''
  if [ "$COMP_CWORD" -gt 2 ]; then
    case "$key \${COMP_WORDS[2]}" in
      ${nested.map(quote).join("|")}) key="$key \${COMP_WORDS[2]}" ;;
    esac
  fi
  case "$key" in
${cases.join("")}  esac
  case "$key" in
    ${listModelCommands(commands).map(quote).join("|")}) words="$words $(ov-llm completion models 2>/dev/null)" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _ov_llm ov-llm
`;
}
