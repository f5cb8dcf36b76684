/** A value over time as steps, and the same as a table for whoever would rather read it. */

import { useId } from "preact/hooks";
import type { Point } from "../balance";
import { count, when } from "../wording";

/** The picture's own units; it is stretched over its place. */
const SIDE = 1000;
const ROWS = 200;

interface ChartProps {
  title: string;
  unit: string;
  /** The oldest first. */
  points: readonly Point[];
}

export function Chart({ title, unit, points }: ChartProps) {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return <p class="quiet">Nothing has happened yet.</p>;
  const most = Math.max(2, ...points.map(({ value }) => value));
  const inWords = `From ${count(first.value)} to ${count(last.value)} ${unit}.`;
  return (
    <figure class="chart">
      <div class="plot">
        <span class="values" aria-hidden="true">
          {[most, most / 2, 0].map((value) => (
            <span>{count(Math.round(value))}</span>
          ))}
        </span>
        <Plot title={title} description={inWords} points={points} most={most} />
        <span aria-hidden="true" />
        <span>{when(first.time)}</span>
        <span>now</span>
      </div>
      <details>
        <summary>{title} as a table</summary>
        <Table title={title} unit={unit} points={points} />
      </details>
    </figure>
  );
}

interface PlotProps {
  title: string;
  description: string;
  points: readonly Point[];
  most: number;
}

function Plot({ title, description, points, most }: PlotProps) {
  const id = useId();
  const labels = `${id}-title ${id}-description`;
  return (
    <svg viewBox={`0 0 ${SIDE} ${SIDE}`} preserveAspectRatio="none" role="img" aria-labelledby={labels}>
      <title id={`${id}-title`}>{title}</title>
      <desc id={`${id}-description`}>{description}</desc>
      {[0, SIDE / 2, SIDE].map((height) => (
        <line x1={0} x2={SIDE} y1={height} y2={height} />
      ))}
      <path d={steps(points, most)} />
    </svg>
  );
}

function Table({ title, unit, points }: ChartProps) {
  const newest = points.slice(-ROWS).reverse();
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={title}>
      <table aria-label={title}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">{unit}</th>
          </tr>
        </thead>
        <tbody>
          {newest.map(({ time, value }) => (
            <tr>
              <th scope="row">{when(time)}</th>
              <td>{count(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A path that holds each value until the next one, and the last until now. */
function steps(points: readonly Point[], most: number): string {
  const begin = points[0]?.time.getTime() ?? 0;
  const span = Math.max(1, Date.now() - begin);
  const moves = points.map(({ time, value }, index) => {
    const x = Math.round(((time.getTime() - begin) / span) * SIDE);
    const y = Math.round(SIDE - (value / most) * SIDE);
    return index === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  return `${moves.join("")}H${SIDE}`;
}
