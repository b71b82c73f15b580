import { FileTextOutlined, UploadOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Progress, Select, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { documents } from '../../api/documents.ts';
import { keys } from '../../api/keys.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { sizeText } from '../../ui/format.ts';
import { checkFile, DOCUMENT_ACCEPT, DOCUMENT_MAX_BYTES, type FileProblem } from './documentFile.ts';
import type { AnswerProps } from './RequirementCard.tsx';
import { useSubmission } from './useSubmission.ts';

/** A file: sent now, or one that the company has given before. */
export function DocumentAnswer({ group, requirement, lockedBecause }: AnswerProps) {
  const { t, i18n } = useTranslation();
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [problem, setProblem] = useState<FileProblem | null>(null);
  const saving = useSubmission(group.id, requirement.field);
  const given = submittedFile(requirement.submittedValue);

  const send = (file: File) => {
    const found = checkFile(file);
    setProblem(found);
    if (found) return;
    setSending({ name: file.name, share: 0 });
    const onProgress = (share: number) => setSending({ name: file.name, share });
    saving.mutate({ file, onProgress }, { onSettled: () => setSending(null) });
  };
  return (
    <div className="answer">
      <ErrorNotice error={saving.error} />
      {problem && (
        <p className="reason" role="alert">
          {t(`compliance.document.${problem}`, { size: sizeText(DOCUMENT_MAX_BYTES, i18n.language) })}
        </p>
      )}
      {given && <GivenFile {...given} />}
      {sending && (
        <Progress
          percent={Math.round(sending.share * 100)}
          aria-label={t('compliance.document.uploading', { name: sending.name })}
        />
      )}
      <div className="answer-row">
        <Upload
          accept={DOCUMENT_ACCEPT}
          showUploadList={false}
          disabled={lockedBecause !== null}
          beforeUpload={(file) => {
            send(file);
            return Upload.LIST_IGNORE;
          }}
        >
          <ActionButton
            icon={<UploadOutlined />}
            permission="compliance:submit"
            blockedBecause={lockedBecause}
            loading={sending !== null}
            aria-label={t('compliance.document.chooseOf', { name: requirement.name })}
          >
            {t(given ? 'compliance.requirement.replace' : 'compliance.document.choose')}
          </ActionButton>
        </Upload>
        {lockedBecause === null && (
          <Reuse
            name={requirement.name}
            given={given?.documentId}
            onChoose={(documentId) => saving.mutate({ documentId })}
          />
        )}
      </div>
    </div>
  );
}

function submittedFile(
  value: AnswerProps['requirement']['submittedValue'],
): { filename: string; documentId: string } | null {
  return typeof value === 'object' && value !== null && 'documentId' in value ? value : null;
}

function GivenFile({ filename, documentId }: { filename: string; documentId: string }) {
  return (
    <p className="given-file">
      <FileTextOutlined aria-hidden />{' '}
      <a href={documents.contentUrl(documentId)} target="_blank" rel="noreferrer">
        {filename}
      </a>
    </p>
  );
}

/** A document of the vault, instead of sending the same file again. */
function Reuse({
  name,
  given,
  onChoose,
}: {
  name: string;
  given: string | undefined;
  onChoose: (documentId: string) => void;
}) {
  const { t } = useTranslation();
  const stored = useQuery({ queryKey: keys.documents, queryFn: documents.list });
  const options = (stored.data?.documents ?? [])
    .filter(({ id }) => id !== given)
    .map(({ id, filename }) => ({ value: id, label: filename }));
  if (!options.length) return null;
  return (
    <Select
      className="reuse"
      value={null}
      placeholder={t('compliance.document.reuse')}
      aria-label={t('compliance.document.reuseOf', { name })}
      popupMatchSelectWidth={false}
      options={options}
      onChange={(id: string | null) => id && onChoose(id)}
    />
  );
}
