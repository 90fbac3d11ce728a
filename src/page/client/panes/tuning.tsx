import type { Tried, Tuning } from "../api/schemas.ts";
import { renderDay, renderGain, renderRate, renderShare } from "../parts/format.ts";

/** What `ov-llm tune` found last of a model. It is started on the server alone: it takes minutes and the memory of two more processes. */
export function TuningDetails({ tuning }: { tuning: Tuning }) {
  const { model, device, engine, size, tried, untried, at } = tuning;
  const measured = tried.filter((one) => one.measured !== null);
  const others = [
    ...tried.flatMap(({ label, problem }) => (problem === null ? [] : [`${label}: ${problem}`])),
    ...untried.map(({ topic, why }) => `${topic}: ${why}`),
  ];
  return (
    <details class="tuning">
      <summary>
        Tuned on {renderDay(at)}: {toShort(tuning)}
      </summary>
      <div class="tuning-body">
        <p>{toVerdict(tuning)}</p>
        <p class="hint">
          On {device}, engine {engine}: answers of {size.answer_tokens} tokens to prompts of about{" "}
          {size.prompt_tokens}.
        </p>
        <Bars measured={measured} />
        <Table tuning={tuning} measured={measured} />
        {others.length > 0 && (
          <details>
            <summary>Not measured</summary>
            <ul class="hint">
              {others.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          </details>
        )}
        <p class="hint">
          To measure again, on the server: <code>ov-llm tune {model}</code>
        </p>
      </div>
    </details>
  );
}

function toShort({ winner }: Tuning): string {
  if (winner === null) return "nothing faster";
  return `${renderGain(winner.judgement.gain)} with ${winner.labels.join(", ")}`;
}

function toVerdict({ winner, unconfirmed = null, tried, noise, written }: Tuning): string {
  if (winner !== null) {
    const { gain, spread } = winner.judgement;
    const text = winner.difference === null ? "it writes the same text" : "it writes another text";
    const end = written ? "It was written into the entry." : "The entry was left as it was.";
    return `Faster: ${winner.labels.join(", ")} (${winner.change.join(" ")}), ${renderGain(gain)} ±${renderShare(spread)}; ${text}. ${end}`;
  }
  if (unconfirmed !== null) {
    const { gain, spread, verdict } = unconfirmed.judgement;
    const doubt = verdict === "same" ? ", which may be noise" : "";
    return `Measured again, ${unconfirmed.labels.join(", ")} gave ${renderGain(gain)} ±${renderShare(spread)}${doubt}.`;
  }
  if (tried.some(({ measured }) => measured?.judgement.verdict === "faster"))
    return "No setting was still faster when measured again.";
  return `Nothing was faster than the present settings beyond noise (±${renderShare(noise)}).`;
}

/** Speed of whole answers beside that of the present settings. The table has the same numbers. */
function Bars({ measured }: { measured: readonly Tried[] }) {
  const bars = [
    { label: "as it was", speed: 1, isFaster: false },
    ...measured.map(({ label, measured }) => ({
      label,
      speed: 1 + (measured?.judgement.gain ?? 0),
      isFaster: measured?.judgement.verdict === "faster",
    })),
  ];
  const fastest = Math.max(...bars.map(({ speed }) => speed));
  return (
    <div class="bars" aria-hidden="true">
      {bars.map(({ label, speed, isFaster }) => (
        <div key={label} class="bar-row">
          <span>{label}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width={Math.max(1, (100 * speed) / fastest)} height={8} class={isFaster ? "faster" : ""} />
          </svg>
          <span>{renderShare(speed)}</span>
        </div>
      ))}
    </div>
  );
}

function Table({ tuning, measured }: { tuning: Tuning; measured: readonly Tried[] }) {
  const { model, present, noise } = tuning;
  const head = ["Settings", "First token", "Tokens/s", "Answers", "Spread", "Text"];
  const first = ["as it was", ...toSpeeds(present), "", `±${renderShare(noise)}`, ""];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table" aria-label={`What was measured of ${model}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((one) => (
              <th key={one} scope="col">
                {one}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[first, ...measured.map(toCells)].map(([label, ...cells]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {cells.map((cell, at) => (
                <td key={head[at + 1]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function toCells({ label, measured }: Tried): string[] {
  if (measured === null) return [label];
  const { figures, judgement, difference } = measured;
  return [
    label,
    ...toSpeeds(figures),
    judgement.verdict === "same" ? "noise" : renderGain(judgement.gain),
    `±${renderShare(judgement.spread)}`,
    difference === null
      ? "same"
      : `differs after ${difference.same_words} ${difference.same_words === 1 ? "word" : "words"}`,
  ];
}

const toSpeeds = (figures: Tuning["present"]) => [
  `${Math.round(figures.first_token_ms)} ms`,
  renderRate(figures.tokens_per_second),
];
