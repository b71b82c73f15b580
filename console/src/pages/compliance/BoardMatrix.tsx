import { useQueries } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { keys } from '../../api/keys.ts';
import { requirementService } from '../../api/requirementService.ts';
import { useCompany, useMe, useSwitchCompany } from '../../api/session.ts';
import type { GroupSummary } from '../../api/types.ts';
import { paths } from '../../paths.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { StatusTag } from '../../ui/StatusTag.tsx';
import { Country, Nothing } from '../../ui/texts.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useNotify } from '../../ui/useNotify.ts';
import { BOARD_TONES, boardState } from './boardState.ts';

/** All of a person's companies against all countries. */
export function BoardMatrix() {
  const { t } = useTranslation();
  const { country } = useFormat();
  const { companies } = useMe();
  const boards = useQueries({
    queries: companies.map(({ id }) => ({
      queryKey: keys.companyGroups(id),
      queryFn: () => requirementService.listCompanyGroups(id),
    })),
  });
  if (boards.some(({ isPending }) => isPending)) return <Skeleton active paragraph={{ rows: 8 }} />;
  const zones = [
    ...new Set(boards.flatMap(({ data }) => data ?? []).map(({ destinationZone }) => destinationZone)),
  ].sort((left, right) => country(left).localeCompare(country(right)));
  return (
    <>
      <ErrorNotice error={boards.find(({ error }) => error)?.error} />
      {zones.length === 0 ? (
        <div className="panel">
          <EmptyState title={t('compliance.emptyTitle')} text={t('compliance.emptyText')} />
        </div>
      ) : (
        <div className="panel matrix-scroll">
          <table className="matrix" aria-label={t('compliance.matrix')}>
            <thead>
              <tr>
                <th scope="col">{t('common.country')}</th>
                {companies.map(({ id, name }) => (
                  <th key={id} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {zones.map((zone) => (
                <tr key={zone}>
                  <th scope="row">
                    <Country code={zone} />
                  </th>
                  {companies.map(({ id }, index) => (
                    <td key={id}>
                      <Cell
                        companyId={id}
                        groups={(boards[index]?.data ?? []).filter(
                          ({ destinationZone }) => destinationZone === zone,
                        )}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

/** The dossiers of one company in one country; opening one of another company goes over to that company. */
function Cell({ companyId, groups }: { companyId: string; groups: GroupSummary[] }) {
  const { t } = useTranslation();
  const current = useCompany();
  const switching = useSwitchCompany();
  const navigate = useNavigate();
  const { failed } = useNotify();
  if (!groups.length) return <Nothing />;
  const open = async (groupId: string) => {
    try {
      if (companyId !== current.id) await switching.mutateAsync(companyId);
      await navigate(paths.requirementGroup(groupId));
    } catch (error) {
      failed(error);
    }
  };
  return (
    <div className="matrix-cell">
      {groups.map((group) => {
        const state = boardState(group, Date.now());
        return (
          <button type="button" key={group.groupId} className="bare" onClick={() => void open(group.groupId)}>
            <StatusTag tone={BOARD_TONES[state]} title={t(`common.numberTypes.${group.type}`)}>
              {t(`compliance.states.${state}`)}
            </StatusTag>
          </button>
        );
      })}
    </div>
  );
}
