import { type DragEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  className: string;
  label: string;
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

/** A pane that takes files dropped anywhere on it. */
export function DropZone({ className, label, onFiles, children }: Props) {
  const { t } = useTranslation();
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (!files.length) return;
    event.preventDefault();
    onFiles(files);
  };
  return (
    <section
      className={className}
      aria-label={label}
      onDragOver={over}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node) && setOver(false)}
      onDrop={drop}
    >
      {children}
      {isOver && <div className="drop-veil">{t('inbox.dropHere')}</div>}
    </section>
  );
}
