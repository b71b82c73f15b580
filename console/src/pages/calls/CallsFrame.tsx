import { useTranslation } from 'react-i18next';
import { useUnheard } from '../../api/unheard.ts';
import { paths } from '../../paths.ts';
import { useLiveCalls } from '../../softphone/useLiveCalls.ts';
import { PagesFrame } from '../../ui/PagesFrame.tsx';
import '../../ui/styles/call-pages.css';

/** The pages of calls; what is under way and what waits is counted. */
export default function CallsFrame() {
  const { t } = useTranslation();
  const live = useLiveCalls().data?.calls.length ?? 0;
  const unheard = useUnheard();
  return (
    <PagesFrame
      label={t('calls.sections')}
      pages={[
        { path: paths.calls, name: t('calls.nav.history') },
        {
          path: paths.liveCalls,
          name: t('calls.nav.live'),
          waiting: { count: live, label: t('calls.liveNow', { count: live }) },
        },
        {
          path: paths.voicemail,
          name: t('calls.nav.voicemail'),
          waiting: { count: unheard, label: t('calls.unheard', { count: unheard }) },
        },
        { path: paths.callQuality, name: t('calls.nav.quality') },
        { path: paths.callArchive, name: t('calls.nav.archive') },
      ]}
    />
  );
}
