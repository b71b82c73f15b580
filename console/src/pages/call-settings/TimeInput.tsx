import { Input } from 'antd';
import { useEffect, useState } from 'react';
import { readTime } from './logic/hours.ts';

interface Props {
  label: string;
  /** HH:MM. */
  value: string;
  onChange: (value: string) => void;
}

/** A time of day as people type it: 9, 9h30 or 9:30; what is none falls back to what was there. */
export function TimeInput({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const settle = () => {
    const read = readTime(text);
    setText(read ?? value);
    if (read && read !== value) onChange(read);
  };
  return (
    <Input
      size="small"
      className="time-input"
      inputMode="numeric"
      aria-label={label}
      maxLength={5}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={settle}
      onPressEnter={settle}
    />
  );
}
