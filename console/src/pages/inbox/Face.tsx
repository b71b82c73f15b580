import { UserOutlined } from '@ant-design/icons';
import { initialsOf, tintOf } from './logic/names.ts';

interface Props {
  /** Whose tint it has. */
  id: string;
  name: string;
  size: number;
  title?: string;
}

const TINTS = 6;

/** A person in two letters; somebody without a name as a shape. */
export function Face({ id, name, size, title }: Props) {
  const initials = initialsOf(name);
  return (
    <span
      className={`face face-${tintOf(id, TINTS)}`}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.38) }}
      title={title}
    >
      <span aria-hidden="true">{initials || <UserOutlined />}</span>
      {title && <span className="visually-hidden">{title}</span>}
    </span>
  );
}
