import { BookOutlined, DeleteOutlined, TeamOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { Button, Popover, Switch, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useLocation } from 'react-router';
import { keys } from '../api/keys.ts';
import { queryClient } from '../api/queryClient.ts';
import { type SavedFilter, savedFilters } from '../api/savedFilters.ts';
import { paths } from '../paths.ts';
import { useNotify } from '../ui/useNotify.ts';
import { filtersIn } from './address.ts';
import { SaveForm } from './SaveForm.tsx';
import { useSavedFilters } from './useSavedFilters.ts';
import '../ui/styles/saved.css';

/** The filters of the list on screen that somebody gave a name, and a name for the present ones. */
export function SavedFilters({ isCompact = false }: { isCompact?: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const { search, ...location } = useLocation();
  // A conversation open beside the inbox is not another list.
  const pathname = location.pathname.startsWith(`${paths.inbox}/`) ? paths.inbox : location.pathname;
  const query = filtersIn(search);
  const { data } = useSavedFilters();
  const here = (data?.filters ?? []).filter(({ page }) => page === pathname);
  const current = here.find((filter) => filtersIn(filter.query) === query && query !== '');
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={
        <div className="saved">
          <h3>{t('saved.title')}</h3>
          {here.length === 0 && <p className="muted small">{t('saved.none')}</p>}
          <ul>
            {here.map((filter) => (
              <Line key={filter.id} filter={filter} isOn={filter === current} onGo={() => setOpen(false)} />
            ))}
          </ul>
          <SaveForm key={query} page={pathname} query={query} taken={here} />
        </div>
      }
    >
      <Button
        icon={<BookOutlined />}
        aria-expanded={open}
        aria-label={current ? t('saved.current', { name: current.name }) : t('saved.title')}
        title={current?.name ?? t('saved.title')}
        className={current ? 'saved-button is-on' : 'saved-button'}
      >
        {isCompact ? null : (current?.name ?? t('saved.open'))}
      </Button>
    </Popover>
  );
}

function Line({ filter, isOn, onGo }: { filter: SavedFilter; isOn: boolean; onGo: () => void }) {
  const { t } = useTranslation();
  const { failed } = useNotify();
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.savedFilters });
  const sharing = useMutation({
    mutationFn: (shared: boolean) => savedFilters.change(filter.id, { shared }),
    onError: failed,
    onSettled: refresh,
  });
  const removing = useMutation({
    mutationFn: () => savedFilters.remove(filter.id),
    onError: failed,
    onSettled: refresh,
  });
  const { name } = filter;
  return (
    <li className="saved-line">
      <Link to={`${filter.page}?${filter.query}`} aria-current={isOn ? 'true' : undefined} onClick={onGo}>
        {name}
        {!filter.mine && <small>{t('saved.by', { name: filter.owner })}</small>}
      </Link>
      {filter.mayChange && (
        <>
          <Tooltip title={t(filter.shared ? 'saved.sharedHint' : 'saved.shareHint')}>
            <Switch
              size="small"
              checked={sharing.isPending ? sharing.variables : filter.shared}
              loading={sharing.isPending}
              checkedChildren={<TeamOutlined />}
              aria-label={t('saved.shareOf', { name })}
              onChange={(shared) => sharing.mutate(shared)}
            />
          </Tooltip>
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            loading={removing.isPending}
            aria-label={t('saved.deleteOf', { name })}
            onClick={() => removing.mutate()}
          />
        </>
      )}
    </li>
  );
}
