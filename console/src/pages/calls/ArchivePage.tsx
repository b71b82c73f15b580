import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { RequirePermission } from '../../ui/RequirePermission.tsx';
import { ArchiveMonths } from './ArchiveMonths.tsx';
import { ArchiveSearch } from './ArchiveSearch.tsx';
import { CallDrawer } from './CallDrawer.tsx';

/** Old calls: looked for in their files, opened, and brought back month by month. */
export default function ArchivePage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const show = (id: string | null) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (id) next.set('call', id);
        else next.delete('call');
        return next;
      },
      { replace: true },
    );
  return (
    <PageFrame title={t('archive.title')} intro={t('archive.intro')}>
      <RequirePermission permission="calls:read">
        <ArchiveSearch onOpen={show} />
        <ArchiveMonths />
        <CallDrawer callId={params.get('call')} onClose={() => show(null)} />
      </RequirePermission>
    </PageFrame>
  );
}
