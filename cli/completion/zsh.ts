import type { CommandHelp } from "../help/describe.ts";
import { quote } from "../shell-word.ts";
import { listModelCommands, listWords, type Word } from "./words.ts";

export function renderZsh(commands: readonly CommandHelp[]): string {
  const all = listWords(commands);
  const nested = [...all.keys()].filter((key) => key.includes(" "));
  const cases = [...all].map(
    ([key, words]) => `    ${quote(key)}) items=(${words.map(toItem).join(" ")}) ;;\n`,
  );
  return `#compdef ov-llm
# Completion of ov-llm for zsh.
_ov_llm() {
  local key="\${words[2]}"
  local -a items
  (( CURRENT > 2 )) || key=''
  if (( CURRENT > 3 )); then
    case "$key \${words[3]}" in
      ${nested.map(quote).join("|")}) key="$key \${words[3]}" ;;
    esac
  fi
  case "$key" in
${cases.join("")}  esac
  case "$key" in
    ${listModelCommands(commands).map(quote).join("|")}) items+=(\${\${(f)"$(ov-llm completion models 2>/dev/null)"}//:/\\\\:}) ;;
  esac
  _describe -o 'ov-llm' items || _files
}
compdef _ov_llm ov-llm
`;
}

/** `word:text`; a colon in the word would end it. */
function toItem({ word, text }: Word): string {
  return quote(`${word.replaceAll(":", "\\:")}:${text}`);
}
