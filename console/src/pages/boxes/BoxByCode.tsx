import { Link } from 'react-router';
import { paths } from '../../paths.ts';
import { Nothing } from '../../ui/texts.tsx';
import { boxName } from './logic/boxState.ts';
import { useBoxes } from './useBoxes.ts';

/** A box that is named by what it calls itself; leads to its page where it is one that is looked after. */
export function BoxByCode({ callboxId }: { callboxId: string | null }) {
  const box = useBoxes().data?.boxes.find((each) => each.callboxId === callboxId);
  if (!callboxId) return <Nothing />;
  if (!box) return <span>{callboxId}</span>;
  return <Link to={paths.box(box.id)}>{boxName(box)}</Link>;
}

/** The name that people gave it. */
export function useBoxNames(): (callboxId: string) => string {
  const boxes = useBoxes().data?.boxes;
  return (callboxId) => {
    const box = boxes?.find((each) => each.callboxId === callboxId);
    return box ? boxName(box) : callboxId;
  };
}
