import { paint } from "../terminal.ts";
import type { AnswerPiece } from "./answer.ts";

export interface PrinterOptions {
  /** False: whoever reads has left. */
  write: (text: string) => Promise<boolean>;
  /** A person reads: reasoning is shown, and nothing may steer the terminal. Else the answer alone, as it is. */
  isTerminal: boolean;
  hasColors: boolean;
}

export interface Printer {
  /** False: whoever reads has left. */
  print(piece: AnswerPiece): Promise<boolean>;
  /** Ends the line that is open. */
  end(): Promise<void>;
}

/** Writes an answer as it comes, its reasoning dim and before an empty line. */
export function createPrinter({ write, isTerminal, hasColors }: PrinterOptions): Printer {
  let last: "none" | "reasoning" | "text" = "none";
  let isLineOpen = false;

  async function put(text: string, style: (text: string) => string = (plain) => plain): Promise<boolean> {
    isLineOpen = !text.endsWith("\n");
    return await write(style(text));
  }

  async function close(): Promise<boolean> {
    if (last !== "reasoning" || !isTerminal) return true;
    return await put(hasColors ? "\n\n" : "\n[end of the thought]\n\n");
  }

  return {
    async print(piece) {
      if (piece.type === "end") return true;
      const text = isTerminal ? toHarmless(piece.text) : piece.text;
      if (piece.type === "reasoning") {
        if (last !== "reasoning" && isTerminal && !hasColors) await put("[thought]\n");
        last = "reasoning";
        if (!isTerminal) return true;
        return await put(text, (plain) => (hasColors ? paint("dim", plain) : plain));
      }
      // Models put line breaks between a thought and the answer; the empty line is there already.
      const shown = last === "reasoning" ? text.trimStart() : text;
      if (shown === "") return true;
      await close();
      last = "text";
      return await put(shown);
    },
    async end() {
      if (isLineOpen) await write("\n");
      isLineOpen = false;
      last = "none";
    },
  };
}

/** Without the control characters that could steer a terminal; line breaks and tabs stay. */
function toHarmless(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "");
}
