import { useTranslation } from 'react-i18next';
import type { OptOut } from '../../api/textTypes.ts';
import { StatusTag } from '../../ui/StatusTag.tsx';

/** How a change of consent came about: the word that was written, the provider's code, or who noted it and why. */
export function OptOutSource({ entry }: { entry: OptOut }) {
  const { t } = useTranslation();
  const facts = [
    entry.keyword && t('texts.optOuts.keyword', { keyword: entry.keyword }),
    entry.provider_code && t('texts.optOuts.providerCode', { code: entry.provider_code }),
    entry.source === 'person' && entry.actor_name && t('texts.optOuts.by', { name: entry.actor_name }),
  ].filter(Boolean);
  return (
    <>
      {t(`texts.optOuts.sources.${entry.source}`)}
      {facts.length > 0 && <div className="muted small">{facts.join(' · ')}</div>}
      {entry.note && <div className="small clamp">{entry.note}</div>}
    </>
  );
}

/** Whether somebody may be texted. */
export function ConsentTag({ state }: { state: OptOut['state'] }) {
  const { t } = useTranslation();
  return (
    <StatusTag tone={state === 'out' ? 'bad' : 'good'} title={t(`texts.optOuts.stateHints.${state}`)}>
      {t(`texts.optOuts.states.${state}`)}
    </StatusTag>
  );
}
