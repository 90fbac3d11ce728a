import { renderBash } from "./bash.ts";
import { renderFish } from "./fish.ts";
import { renderZsh } from "./zsh.ts";

/** The script that teaches a shell the commands and flags. */
export const shells = { bash: renderBash, zsh: renderZsh, fish: renderFish };
