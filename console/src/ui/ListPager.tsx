import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ListPages } from './DataList.tsx';

/** Forward and back through a list; absent when everything is on one page. */
export function ListPager({ page, nextCursor, toNext, toPrevious }: ListPages) {
  const { t } = useTranslation();
  if (page === 1 && !nextCursor) return null;
  return (
    <nav className="pager" aria-label={t('common.pages')}>
      <Button icon={<LeftOutlined />} disabled={page === 1} onClick={toPrevious}>
        {t('common.previous')}
      </Button>
      <span aria-live="polite">{t('common.page', { page })}</span>
      <Button
        icon={<RightOutlined />}
        iconPlacement="end"
        disabled={!nextCursor}
        onClick={() => nextCursor && toNext(nextCursor)}
      >
        {t('common.next')}
      </Button>
    </nav>
  );
}
