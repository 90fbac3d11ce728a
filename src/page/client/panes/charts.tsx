import { Chart } from "../parts/chart.tsx";
import { renderBytes, renderRate, renderSeconds } from "../parts/format.ts";
import type { Series } from "../state/history.ts";
import type { Watch } from "../state/watch.ts";

interface ChartRow {
  series: Series;
  title: string;
  render: (value: number) => string;
  atLeast: number;
  steps?: readonly number[];
}

/** 64 MB to 1 TB in powers of two. */
const byteSteps = Array.from({ length: 15 }, (_none, power) => 2 ** (26 + power));
const wholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500];

const charts: readonly ChartRow[] = [
  { series: "tokensPerSecond", title: "Tokens per second", render: renderRate, atLeast: 10 },
  { series: "timeToFirstToken", title: "Time to first token", render: renderSeconds, atLeast: 0.5 },
  { series: "running", title: "Requests running", render: String, atLeast: 4, steps: wholeSteps },
  { series: "waiting", title: "Requests waiting", render: String, atLeast: 4, steps: wholeSteps },
  { series: "kvCache", title: "KV cache in use", render: renderShare, atLeast: 1 },
  { series: "memory", title: "Memory of models", render: renderBytes, atLeast: 2 ** 30, steps: byteSteps },
];

/** The last hour: from when the page was opened on in full, before that what the server remembers by minutes. */
export function Charts({ watch }: { watch: Watch }) {
  // What makes this render again.
  void watch.sampled.value;
  const times = watch.history.read("at");
  return (
    <section aria-labelledby="charts-title" class="panel">
      <h2 id="charts-title">Last hour</h2>
      <div class="charts">
        {charts.map(({ series, title, ...axis }) => {
          const latest = watch.history.latest(series);
          return (
            <figure key={series}>
              <figcaption>
                {title}
                <strong>{latest === null ? "–" : axis.render(latest)}</strong>
              </figcaption>
              <Chart times={times} values={watch.history.read(series)} {...axis} />
            </figure>
          );
        })}
      </div>
    </section>
  );
}

function renderShare(value: number): string {
  return `${Math.round(value * 100)} %`;
}
