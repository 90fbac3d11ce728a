import { createHash } from "node:crypto";
import type { Tried, TuneResult } from "../../src/tuning.ts";
import {
  renderGain,
  renderMs,
  renderRate,
  renderWords,
  toDisturbance,
  toPercent,
  toVerdict,
} from "./render.ts";

const style = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ccc; }
.number { text-align: right; }
rect { fill: #4a7ab5; }
rect.faster { fill: #3a8f4d; }
text { font: 13px system-ui, sans-serif; fill: currentColor; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } }
`;

/** One file that needs nothing else; its policy lets it load nothing and run nothing. */
export function renderHtml(result: TuneResult, now: Date): string {
  const { model, device, engine, size, untried, tried } = result;
  const hash = createHash("sha256").update(style).digest("base64");
  const problems = [
    ...tried.flatMap(({ label, problem }) => (problem === null ? [] : [`${label}: ${problem}`])),
    ...untried.map(({ topic, why }) => `${topic}: ${why}`),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width">
<title>${toHtml(model)}: settings compared</title>
<style>${style}</style>
</head>
<body>
<h1>${toHtml(model)}</h1>
<p>On ${toHtml(device)}, engine ${toHtml(engine)}, ${toHtml(now.toISOString().slice(0, 10))}: answers of ${size.answer_tokens} tokens to prompts of about ${size.prompt_tokens}.</p>
<p><strong>${toHtml(toVerdict(result))}</strong></p>
${renderChart(result)}
${renderRows(result)}
${toParagraph(toDisturbance(result))}
${problems.length === 0 ? "" : `<h2>Not measured</h2>\n<ul>\n${problems.map((one) => `<li>${toHtml(one)}</li>`).join("\n")}\n</ul>`}
</body>
</html>
`;
}

function renderRows({ present, noise, tried }: TuneResult): string {
  const head = ["Settings", "First token", "Tokens/s", "Answers", "Spread", "Text"];
  const first = ["as it is now", renderMs(present.first_token_ms), renderRate(present.tokens_per_second)];
  const rows = [[...first, "", `±${toPercent(noise)}`, ""], ...tried.flatMap(toCells)];
  const cells = (row: string[], tag: string) =>
    row.map((cell, at) => `<${tag}${at > 0 && at < 5 ? ' class="number"' : ""}>${toHtml(cell)}</${tag}>`);
  return `<table>
<thead><tr>${cells(head, "th").join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${cells(row, "td").join("")}</tr>`).join("\n")}
</tbody>
</table>`;
}

function toCells({ label, measured }: Tried): string[][] {
  if (measured === null) return [];
  const { figures, judgement, difference } = measured;
  const change = judgement.verdict === "same" ? "noise" : renderGain(judgement.gain);
  const text = difference === null ? "same" : `differs after ${renderWords(difference.same_words)}`;
  const speeds = [renderMs(figures.first_token_ms), renderRate(figures.tokens_per_second)];
  return [[label, ...speeds, change, `±${toPercent(judgement.spread)}`, text]];
}

const [rowHeight, barStart, barRoom] = [26, 330, 300];

function renderChart({ tried }: TuneResult): string {
  const bars = [
    { label: "as it is now", speed: 1, isFaster: false },
    ...tried.flatMap(({ label, measured }) => {
      if (measured === null) return [];
      const { gain, verdict } = measured.judgement;
      return [{ label, speed: 1 + gain, isFaster: verdict === "faster" }];
    }),
  ];
  const fastest = Math.max(...bars.map(({ speed }) => speed));
  const shapes = bars.map(({ label, speed, isFaster }, row) => {
    const [top, length] = [row * rowHeight, Math.max(1, Math.round((speed / fastest) * barRoom))];
    const middle = top + 16;
    return `<text x="0" y="${middle}">${toHtml(label)}</text><rect${isFaster ? ' class="faster"' : ""} x="${barStart}" y="${top + 3}" width="${length}" height="18"/><text x="${barStart + length + 8}" y="${middle}">${Math.round(speed * 100)} %</text>`;
  });
  const height = bars.length * rowHeight;
  return `<svg viewBox="0 0 700 ${height}" role="img" aria-label="Speed of whole answers; 100 % is the present speed">\n${shapes.join("\n")}\n</svg>`;
}

const toParagraph = (text: string | null) => (text === null ? "" : `<p>${toHtml(text)}</p>`);

/** Names and texts of a model may hold anything. */
function toHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
