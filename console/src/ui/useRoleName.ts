import { useTranslation } from 'react-i18next';
import { isRole } from '../../../server/modules/identity/model.ts';

/** What a role is called: the four in the language of the page, others as the company named them. */
export function useRoleName(): (role: { role: string; roleName: string | null }) => string {
  const { t } = useTranslation();
  return ({ role, roleName }) => roleName ?? (isRole(role) ? t(`access.roles.${role}`) : t('roles.removed'));
}
