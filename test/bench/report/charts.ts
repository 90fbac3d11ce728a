import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Curve } from "../measuring/curve.ts";
import type { LoadRow } from "./measured.ts";

/** Above this many points a line is drawn without a mark at each. */
const mostMarks = 20;

/** A curve as an SVG document. */
export function renderChart({ title, x, y, series }: Curve): string {
  use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 720, height: 380 });
  try {
    const axis = ({ name, log }: Curve["x"], nameGap: number) => ({
      type: log ? ("log" as const) : ("value" as const),
      name,
      nameLocation: "middle" as const,
      nameGap,
    });
    chart.setOption({
      animation: false,
      // Pages may be dark; the text is not.
      backgroundColor: "#fff",
      title: { text: title, left: 16, top: 10, textStyle: { fontSize: 15 } },
      // Without a browser, the width of its texts is a guess.
      legend: { bottom: 6, itemGap: 50 },
      grid: { left: 70, right: 30, top: 55, bottom: 80 },
      xAxis: axis(x, 28),
      yAxis: axis(y, 48),
      series: series.map(({ name, points }) => ({
        type: "line",
        name,
        data: points,
        showSymbol: points.length <= mostMarks,
        lineStyle: { width: points.length <= mostMarks ? 2 : 1 },
      })),
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

/** The rows of a load as curves; `entry`: its name in the plan. */
export function toLoadCurves(entry: string, rows: LoadRow[]): Curve[] {
  if (rows.length === 0) return [];
  const names = [...new Set(rows.map(({ name }) => name))];
  const curve = (name: string, title: string, unit: string, read: (row: LoadRow) => number): Curve => ({
    name,
    title,
    x: { name: "requests at once" },
    y: { name: unit },
    series: names.map((who) => ({
      name: who === "raw" ? "raw engine" : who,
      points: rows.filter(({ name }) => name === who).map((row) => [row.concurrency, read(row)]),
    })),
  });
  return [
    curve(entry, "New tokens a second, all requests together", "tokens/s", (row) => row.tokensPerSecond),
    curve(`${entry}-ttft`, "Time to the first token, median", "ms", (row) => row.ttftMsP50),
  ];
}
