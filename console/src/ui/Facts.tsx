import { Descriptions } from 'antd';
import type { ReactNode } from 'react';

/** What is known of one thing, a line each; what is not known is passed over. */
export function Facts({ facts }: { facts: [label: string, value: ReactNode][] }) {
  return (
    <Descriptions
      className="facts"
      column={1}
      size="small"
      colon={false}
      items={facts
        .filter(([, value]) => value)
        .map(([label, value]) => ({ key: label, label, children: value }))}
    />
  );
}
