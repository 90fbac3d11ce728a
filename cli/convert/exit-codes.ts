/** How `ov-llm convert` ends, beside 2 for a wrong command line or setting, and 128 and a signal's number. */
export const exitCodes = { done: 0, failed: 1, refused: 3 } as const;

/** For under the options in its help. */
export function renderExitCodes(): string {
  return `Exit codes:

  ${exitCodes.done}    done, or nothing to do
  ${exitCodes.failed}    a model failed; it and the registry are as they were
  2    wrong command line or setting
  ${exitCodes.refused}    not started: too little disk or memory, or you said no
  130  stopped by Ctrl-C (129: the connection was gone, 143: SIGTERM)
`;
}
