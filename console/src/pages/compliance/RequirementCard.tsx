import { Alert } from 'antd';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupRequirement, RequirementGroup } from '../../api/types.ts';
import { sizeText } from '../../ui/format.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { AddressAnswer } from './AddressAnswer.tsx';
import { criteriaTexts } from './criteria.ts';
import { DocumentAnswer } from './DocumentAnswer.tsx';
import { DOCUMENT_MAX_BYTES } from './documentFile.ts';
import { TextAnswer } from './TextAnswer.tsx';

export interface AnswerProps {
  group: RequirementGroup;
  requirement: GroupRequirement;
  /** Why it cannot be changed; null when it can. */
  lockedBecause: string | null;
}

/**
 * One thing that a country asks for: what it is, what is accepted, what was given, what came back. The providers write names
 * and descriptions in English.
 */
export function RequirementCard(props: AnswerProps) {
  const { requirement } = props;
  const { t } = useTranslation();
  const titleId = useId();
  const { description, example, rejectionReason } = requirement;
  return (
    <section className="panel requirement" aria-labelledby={titleId}>
      <header className="requirement-head">
        <h3 id={titleId} lang="en">
          {requirement.name}
        </h3>
        <RequirementState requirement={requirement} />
      </header>
      {rejectionReason && <Alert type="error" showIcon title={rejectionReason} />}
      {description && (
        <p className="muted" lang="en">
          {description}
        </p>
      )}
      <Accepted requirement={requirement} />
      {example && <p className="requirement-example">{t('compliance.requirement.example', { example })}</p>}
      {requirement.type === 'textual' && <TextAnswer {...props} />}
      {requirement.type === 'document' && <DocumentAnswer {...props} />}
      {requirement.type === 'address' && <AddressAnswer {...props} />}
      <SavedAt requirement={requirement} />
    </section>
  );
}

function RequirementState({ requirement }: { requirement: GroupRequirement }) {
  const { t } = useTranslation();
  if (requirement.rejectionReason)
    return <StatusTag tone="bad">{t('compliance.requirement.rejected')}</StatusTag>;
  if (requirement.status === 'completed')
    return <StatusTag tone="good">{t('compliance.requirement.saved')}</StatusTag>;
  // Given once, and open again: the provider sent it back without saying why.
  if (requirement.submittedAt)
    return <StatusTag tone="bad">{t('compliance.requirement.toCorrect')}</StatusTag>;
  return <StatusTag tone="calm">{t('compliance.requirement.missing')}</StatusTag>;
}

function Accepted({ requirement }: { requirement: GroupRequirement }) {
  const { t, i18n } = useTranslation();
  const texts = criteriaTexts(requirement.acceptanceCriteria, t);
  if (requirement.type === 'document')
    texts.unshift(t('compliance.requirement.file', { size: sizeText(DOCUMENT_MAX_BYTES, i18n.language) }));
  if (!texts.length) return null;
  return (
    <ul className="criteria" aria-label={t('compliance.requirement.criteria')}>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function SavedAt({ requirement }: { requirement: GroupRequirement }) {
  const { t } = useTranslation();
  const { ago, day } = useFormat();
  const { submittedAt, sentAt, expiresAt, status } = requirement;
  if (!submittedAt) return null;
  const parts = [t('compliance.requirement.savedAt', { ago: ago(submittedAt) })];
  if (status === 'completed' && sentAt === null) parts.push(t('compliance.requirement.notSent'));
  if (expiresAt) parts.push(t('compliance.requirement.validUntil', { date: day(expiresAt) }));
  return <p className="muted small">{parts.join(' · ')}</p>;
}
