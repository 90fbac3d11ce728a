/** How `ov-llm convert` ends, besides 2 for a wrong command line or setting and those of `untilStopped`. */
export const exitCodes = { done: 0, failed: 1, refused: 3 } as const;

/** For its help, below the options. */
export function renderExitCodes(): string {
  return `Exit codes:

  ${exitCodes.done}    done, or nothing to do
  ${exitCodes.failed}    a model failed; it and the registry are unchanged
  2    wrong command line or setting
  ${exitCodes.refused}    not started: too little disk or memory, you declined, or Python files must not run
  130  stopped by Ctrl-C (129: the terminal was closed, 143: SIGTERM)
`;
}
