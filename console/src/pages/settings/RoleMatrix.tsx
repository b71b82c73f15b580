import { CheckOutlined } from '@ant-design/icons';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { CompanyRole } from '../../api/types.ts';
import '../../ui/styles/compliance.css';
import { NOUNS, permissionsOf } from './PermissionChoice.tsx';
import { useRoles } from './useRoles.ts';

/** Every permission against every role, in plain words. */
export function RoleMatrix({ roles }: { roles: CompanyRole[] }) {
  const { t } = useTranslation();
  const { nameOf } = useRoles();
  return (
    <section
      className="panel matrix-scroll role-matrix"
      aria-label={t('roles.matrix')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
    >
      <table className="matrix" aria-label={t('roles.matrix')}>
        <thead>
          <tr>
            <th scope="col">{t('roles.may')}</th>
            {roles.map(({ id }) => (
              <th key={id} scope="col">
                {nameOf(id)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {NOUNS.map((noun) => (
            <Fragment key={noun}>
              <tr className="matrix-group">
                <th scope="rowgroup" colSpan={roles.length + 1}>
                  <span>{t(`access.groups.${noun}`)}</span>
                </th>
              </tr>
              {permissionsOf(noun).map((permission) => (
                <tr key={permission}>
                  <th scope="row">{t(`access.permissions.${permission}`)}</th>
                  {roles.map(({ id, permissions }) => (
                    <td key={id}>
                      <Mark isAllowed={permissions.includes(permission)} />
                    </td>
                  ))}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Mark({ isAllowed }: { isAllowed: boolean }) {
  const { t } = useTranslation();
  if (!isAllowed)
    return (
      <span className="muted" title={t('roles.no')}>
        <span aria-hidden="true">·</span>
        <span className="visually-hidden">{t('roles.no')}</span>
      </span>
    );
  return (
    <span className="matrix-yes" title={t('roles.yes')}>
      <CheckOutlined aria-hidden />
      <span className="visually-hidden">{t('roles.yes')}</span>
    </span>
  );
}
