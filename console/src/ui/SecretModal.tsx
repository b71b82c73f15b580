import { Button, Modal } from 'antd';
import { CopyText } from './texts.tsx';

interface Props {
  /** Shown once; null closes. */
  secret: string | null;
  title: string;
  text: string;
  copy: string;
  done: string;
  onClose: () => void;
}

/** Something that is shown only once: it closes by its button alone, so that a stray click does not lose it. */
export function SecretModal({ secret, title, text, copy, done, onClose }: Props) {
  return (
    <Modal
      open={secret !== null}
      title={title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {done}
        </Button>
      }
    >
      <div className="stack">
        <p>{text}</p>
        {secret !== null && (
          <>
            <p className="secret">{secret}</p>
            <CopyText text={secret} label={copy} />
          </>
        )}
      </div>
    </Modal>
  );
}
