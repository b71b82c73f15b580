/** Places where the program may be made to die, in the order in which a transaction passes them. */
export const FAULT_POINTS = [
  'after_pull',
  'after_received',
  'before_leave',
  'after_leave',
  'before_begun',
  'after_begun',
  'before_dial',
  'after_dial',
  'before_done',
  'after_done',
  'before_report',
  'after_report',
  'after_acknowledged',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

/**
 * Ends this process as a power cut would, when it comes to a named place: nothing is closed, flushed or said.
 * @param setting a place, or `place:n` for the n-th time that it is passed; empty: never.
 */
export function createFaultPoint(setting: string): (name: string) => void {
  const [wanted = '', count = '1'] = setting.split(':');
  let left = Number(count);
  return (name) => {
    if (name !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
