import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';

/** The shape of a page while it loads. */
export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <div className="page" role="status" aria-label={t('common.loading')}>
      <Skeleton active title={{ width: '30%' }} paragraph={{ rows: 1, width: '50%' }} />
      <div className="panel page-skeleton-body">
        <Skeleton active paragraph={{ rows: 6 }} title={false} />
      </div>
    </div>
  );
}
