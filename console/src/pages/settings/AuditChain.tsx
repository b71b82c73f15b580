import { CheckCircleFilled, WarningFilled } from '@ant-design/icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { type AuditCheck, audit } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { useMay } from '../../api/session.ts';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';

/** Whether anybody changed the log behind Relais's back: checked when somebody asks. */
export function AuditChain() {
  const { t } = useTranslation();
  const { language } = useFormat();
  const { failed } = useNotify();
  const may = useMay();
  const chain = useQuery({ queryKey: keys.auditChain, queryFn: audit.chain, enabled: may('audit:read') });
  const check = useMutation({ mutationFn: () => audit.check(), onError: failed });
  const head = chain.data?.head;
  if (!head) return null;
  return (
    <section className="panel panel-pad audit-chain" aria-label={t('settings.audit.chain.title')}>
      <div>
        <strong>{t('settings.audit.chain.title')}</strong>
        <p className="muted small">
          {t('settings.audit.chain.text', { count: head.seq, number: head.seq.toLocaleString(language) })}{' '}
          <code className="code-chip" title={head.mark}>
            {head.seq}:{head.mark.slice(0, 16)}…
          </code>
        </p>
        <div role="status">{check.data && <Outcome result={check.data} />}</div>
      </div>
      <Button loading={check.isPending} onClick={() => check.mutate()}>
        {t('settings.audit.chain.check')}
      </Button>
    </section>
  );
}

function Outcome({ result }: { result: AuditCheck }) {
  const { t } = useTranslation();
  if (result.intact)
    return (
      <p className="audit-intact">
        <CheckCircleFilled aria-hidden /> {t('settings.audit.chain.intact', { count: result.checked })}
      </p>
    );
  return (
    <div className="audit-broken">
      <p>
        <WarningFilled aria-hidden /> {t('settings.audit.chain.broken')}
      </p>
      <ul>
        {result.faults.map((fault) => (
          <li key={`${fault.kind} ${fault.seq} ${fault.entryId}`}>
            {t(`settings.audit.chain.faults.${fault.kind}`, { seq: fault.seq ?? '–' })}
          </li>
        ))}
      </ul>
    </div>
  );
}
