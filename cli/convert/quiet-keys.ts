/**
 * Stops the terminal from showing what is typed while a line of progress is overwritten; returns what shows it again.
 * Ctrl-C remains a signal, and what was typed reaches the shell. A line editor that reads the keys itself shows none already.
 */
export function silenceKeys(): () => void {
  if (!process.stdin.isTTY || !process.stderr.isTTY || process.stdin.isRaw) return () => {};
  const set = (word: string) => {
    try {
      Bun.spawnSync(["stty", word], { stdin: "inherit", stdout: "ignore", stderr: "ignore" });
    } catch {
      // Without stty, keys are shown: a blemish.
    }
  };
  set("-echo");
  return () => set("echo");
}
