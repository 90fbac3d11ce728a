/** What `npm test` prepares and hands over; without it the tests of the real engine cannot run. */
function fromEnvironment(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run \`npm test\`, which prepares the engine and its model.`);
  return value;
}

/** The engine's Python environment, as OV_RUNTIME_DIR. */
export const runtimeDir = (): string => fromEnvironment("OV_TEST_RUNTIME_DIR");
/** SmolLM2-135M-Instruct.Q4_1.gguf */
export const modelPath = (): string => fromEnvironment("OV_TEST_MODEL");
/** A Python with the OpenAI client and LiteLLM. */
export const clientPython = (): string => fromEnvironment("OV_TEST_PYTHON");
