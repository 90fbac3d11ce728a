import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { toTimeRange } from "./time-range.ts";

export interface ChartProps {
  /** Unix times in seconds, and the values at each; null: a gap. */
  times: readonly (number | null)[];
  values: readonly (number | null)[];
  render: (value: number) => string;
  /** The least that the axis shows, so that small values look small. */
  atLeast: number;
  /** Between the lines of the axis. */
  steps?: readonly number[];
}

const height = 120;

/** A line over the last hour, in the page's colours. */
export function Chart({ times, values, render, atLeast, steps }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const create = () => {
      plot.current?.destroy();
      plot.current = new uPlot(toOptions(element, { render, atLeast, steps }), [[], []], element);
    };
    create();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", create);
    return () => {
      resize.disconnect();
      dark.removeEventListener("change", create);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [render, atLeast, steps]);

  useEffect(() => {
    plot.current?.setData([times.map((time) => time ?? 0), [...values]]);
  }, [times, values]);

  return <div class="chart" ref={place} aria-hidden="true" />;
}

type AxisProps = Pick<ChartProps, "render" | "atLeast"> & { steps: readonly number[] | undefined };

function toOptions(element: HTMLElement, { render, atLeast, steps }: AxisProps): uPlot.Options {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: read("--muted"),
    grid: { stroke: read("--line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
  };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: {
        time: true,
        range: (_plot, low, high) => toTimeRange(low, high, Date.now() / 1000),
      },
      y: { range: (_plot, _low, high) => [0, Math.max(atLeast, (high ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, size: 24, values: (_plot, splits) => splits.map(renderClock) },
      {
        ...axis,
        size: 54,
        values: (_plot, splits) => splits.map(render),
        space: 32,
        ...(steps && { incrs: [...steps] }),
      },
    ],
    series: [
      {},
      {
        stroke: read("--accent"),
        fill: read("--accent-faint"),
        width: 2,
        spanGaps: true,
        points: { show: false },
      },
    ],
  };
}

function renderClock(time: number): string {
  return new Date(time * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}
