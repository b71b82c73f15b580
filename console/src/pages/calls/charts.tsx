import type { CSSProperties } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { dark, light } from '../../ui/palette.ts';
import { useTheme } from '../../ui/ThemeProvider.tsx';

/** One point along the bottom; the values are named by the series. */
export type Point = { label: string } & Record<string, string | number | null>;

export interface Series {
  key: string;
  name: string;
  colour: 'good' | 'wait' | 'bad' | 'primary' | 'copper' | 'info';
}

interface Props {
  points: Point[];
  series: Series[];
  height?: number;
  unit?: string;
  /** The ends of the scale, where they mean something. */
  domain?: [number, number];
  /** A line that must not be crossed. */
  limit?: number;
}

function useParts({ unit = '', domain }: Props) {
  const palette = useTheme().isDark ? dark : light;
  const text = { fill: palette.muted, fontSize: 12 };
  const parts = [
    <CartesianGrid key="grid" stroke={palette.lineSoft} vertical={false} />,
    <XAxis
      key="x"
      dataKey="label"
      tick={text}
      stroke={palette.line}
      tickLine={false}
      minTickGap={24}
      interval="preserveStartEnd"
    />,
    <YAxis
      key="y"
      tick={text}
      axisLine={false}
      tickLine={false}
      width={44}
      unit={unit}
      domain={domain}
      allowDecimals={domain !== undefined}
    />,
    <Tooltip
      key="tip"
      cursor={{ fill: palette.sunken, stroke: palette.line }}
      contentStyle={{
        borderRadius: 8,
        border: `1px solid ${palette.line}`,
        background: palette.raised,
        color: palette.text,
        fontSize: 13,
      }}
      labelStyle={{ color: palette.muted }}
      itemStyle={{ color: palette.text }}
    />,
  ];
  return { palette, parts };
}

const MARGIN = { top: 8, right: 22, bottom: 0, left: -8 };

/** Parts of a whole over time, one on the other, and which colour is what. */
export function StackedBars(props: Props) {
  const { palette, parts } = useParts(props);
  return (
    <>
      <ResponsiveContainer width="100%" height={props.height ?? 220}>
        <BarChart data={props.points} margin={MARGIN} accessibilityLayer>
          {parts}
          {props.series.map(({ key, name, colour }) => (
            <Bar
              key={key}
              dataKey={key}
              name={name}
              stackId="all"
              fill={palette[colour]}
              maxBarSize={28}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
      {props.series.length > 1 && <Legend series={props.series} />}
    </>
  );
}

/** Which colour is what; the bars themselves say it only to whoever points at them. */
function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="chart-legend">
      {series.map(({ key, name, colour }) => (
        <li key={key} style={{ '--legend': `var(--r-${colour})` } as CSSProperties}>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Figures over time. */
export function Lines(props: Props) {
  const { palette, parts } = useParts(props);
  return (
    <ResponsiveContainer width="100%" height={props.height ?? 220}>
      <LineChart data={props.points} margin={MARGIN} accessibilityLayer>
        {parts}
        {props.limit !== undefined && (
          <ReferenceLine y={props.limit} stroke={palette.bad} strokeDasharray="4 4" />
        )}
        {props.series.map(({ key, name, colour }) => (
          <Line
            key={key}
            dataKey={key}
            name={name}
            stroke={palette[colour]}
            strokeWidth={2}
            dot={props.points.length < 40 ? { r: 2.5, fill: palette[colour] } : false}
            connectNulls
            isAnimationActive={false}
          />
        ))}
      </LineChart>
    </ResponsiveContainer>
  );
}
