/**
 * Reads a program's output to its end: each line that is not blank, a progress bar's redrawn ones included (they end in a
 * carriage return), and the text as it comes.
 */
export async function forEachLine(
  stream: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
  onText: (text: string) => void = () => {},
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const text = decoder.decode(bytes, { stream: true });
    onText(text);
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(line);
  }
  if (rest.trim() !== "") onLine(rest);
}
