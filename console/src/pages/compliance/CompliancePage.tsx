import { FileTextOutlined } from '@ant-design/icons';
import { Button, Segmented, Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { useMe } from '../../api/session.ts';
import { paths } from '../../paths.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageFrame } from '../../ui/PageFrame.tsx';
import { BoardCard } from './BoardCard.tsx';
import { BoardMatrix } from './BoardMatrix.tsx';
import { BOARD_TILES, type BoardTile, EXPIRING_DAYS, tileOf } from './boardState.ts';
import { type BoardEntry, useBoard } from './useBoard.ts';

export default function CompliancePage() {
  const { t } = useTranslation();
  const { companies } = useMe();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const showsAll = params.get('companies') === 'all' && companies.length > 1;

  const documents = (
    <Button icon={<FileTextOutlined />} onClick={() => void navigate(paths.documents)}>
      {t('compliance.documents')}
    </Button>
  );
  return (
    <PageFrame title={t('compliance.title')} intro={t('compliance.intro')} actions={documents}>
      {companies.length > 1 && (
        <Segmented
          className="board-scope"
          aria-label={t('compliance.scopeLabel')}
          value={showsAll ? 'all' : 'one'}
          onChange={(value) => setParams(value === 'all' ? { companies: 'all' } : {}, { replace: true })}
          options={[
            { value: 'one', label: t('compliance.scope.one') },
            { value: 'all', label: t('compliance.scope.all') },
          ]}
        />
      )}
      {showsAll ? <BoardMatrix /> : <Board />}
    </PageFrame>
  );
}

/** The dossiers of the company on screen: counted by state, then one card each. */
function Board() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const chosen = BOARD_TILES.find((tile) => tile === params.get('state'));
  const { entries, error, isPending, refetch } = useBoard();

  if (isPending) return <Skeleton active paragraph={{ rows: 8 }} />;
  if (error) return <ErrorNotice error={error} onRetry={refetch} />;
  if (!entries.length) {
    const buy = (
      <ActionButton type="primary" permission="numbers:buy" onClick={() => void navigate(paths.buyNumber())}>
        {t('compliance.emptyAction')}
      </ActionButton>
    );
    return (
      <div className="panel">
        <EmptyState title={t('compliance.emptyTitle')} text={t('compliance.emptyText')} action={buy} />
      </div>
    );
  }
  const shown = chosen ? entries.filter(({ state }) => tileOf(state) === chosen) : entries;
  return (
    <>
      <Tiles
        entries={entries}
        chosen={chosen}
        onChoose={(tile) => setParams(tile ? { state: tile } : {}, { replace: true })}
      />
      {shown.length === 0 && <EmptyState title={t('common.noMatch')} />}
      <ul className="board" aria-label={t('compliance.board')}>
        {shown.map((entry) => (
          <li key={entry.key}>
            <BoardCard entry={entry} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface TilesProps {
  entries: BoardEntry[];
  chosen: BoardTile | undefined;
  onChoose: (tile: BoardTile | null) => void;
}

/** How many dossiers are in each state; a press shows only those. */
function Tiles({ entries, chosen, onChoose }: TilesProps) {
  const { t } = useTranslation();
  return (
    <fieldset className="tiles">
      <legend className="visually-hidden">{t('compliance.tiles')}</legend>
      {BOARD_TILES.map((tile) => {
        const count = entries.filter(({ state }) => tileOf(state) === tile).length;
        return (
          <button
            type="button"
            key={tile}
            className={`tile tile-${tile}`}
            aria-pressed={chosen === tile}
            title={t(`compliance.tileHint.${tile}`, { days: EXPIRING_DAYS })}
            onClick={() => onChoose(chosen === tile ? null : tile)}
          >
            <strong>{count}</strong>
            <span>{t(`compliance.tile.${tile}`)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}
