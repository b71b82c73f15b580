import { Button, Checkbox, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { PERMISSIONS, withReads } from '../../../../server/modules/identity/model.ts';
import { useMay } from '../../api/session.ts';
import type { Permission } from '../../api/types.ts';
import type { Dictionary } from '../../i18n/en.ts';
import { useRoles } from './useRoles.ts';

export type Noun = keyof Dictionary['access']['groups'];

/** The nouns of the permission table, in its order. */
export const NOUNS = [...new Set(PERMISSIONS.map((permission) => permission.split(':')[0] as Noun))];

/** What is allowed about a noun. */
export const permissionsOf = (noun: Noun) => PERMISSIONS.filter((each) => each.startsWith(`${noun}:`));

interface Props {
  value?: Permission[];
  onChange?: (permissions: Permission[]) => void;
  /** For a role: whoever does things sees them, so that what must be seen is chosen along. */
  withSeeing?: boolean;
  /** Offers to begin with what a role may do. */
  fromRoles?: boolean;
}

/** The permissions by noun; nobody hands on what they may not do. */
export function PermissionChoice({ value = [], onChange, withSeeing = false, fromRoles = false }: Props) {
  const { t } = useTranslation();
  const may = useMay();
  const allowed = PERMISSIONS.filter(may);
  const needed = withSeeing ? withReads(value) : [];
  const set = (next: readonly Permission[]) =>
    onChange?.(withSeeing ? (next.length > 0 ? withReads(next) : []) : [...next]);
  const toggle = (permission: Permission, on: boolean) =>
    set(PERMISSIONS.filter((one) => (one === permission ? on : value.includes(one))));
  return (
    <div className="scope-choice">
      <div className="scope-acts">
        <Button size="small" onClick={() => set(value.length === allowed.length ? [] : allowed)}>
          {t('settings.keys.all')}
        </Button>
        {fromRoles && <FromRole onChoose={(permissions) => set(permissions.filter(may))} />}
      </div>
      {NOUNS.map((noun) => (
        <fieldset key={noun}>
          <legend>{t(`access.groups.${noun}`)}</legend>
          {permissionsOf(noun).map((permission) => (
            <Checkbox
              key={permission}
              checked={value.includes(permission)}
              disabled={!may(permission) || isNeeded(permission, value, needed)}
              onChange={(event) => toggle(permission, event.target.checked)}
            >
              {t(`access.permissions.${permission}`)} <code className="code-chip">{permission}</code>
            </Checkbox>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

/** Whether something else that was chosen brings it along. */
function isNeeded(permission: Permission, value: Permission[], needed: Permission[]): boolean {
  if (!needed.includes(permission) || !value.includes(permission)) return false;
  return withReads(value.filter((each) => each !== permission)).includes(permission);
}

function FromRole({ onChoose }: { onChoose: (permissions: Permission[]) => void }) {
  const { t } = useTranslation();
  const { roles, nameOf } = useRoles();
  return (
    <Select<string>
      size="small"
      className="role-choice"
      value={null as unknown as string}
      placeholder={t('roles.fromRole')}
      aria-label={t('roles.fromRole')}
      popupMatchSelectWidth={false}
      options={(roles ?? []).map(({ id }) => ({ value: id, label: nameOf(id) }))}
      onChange={(id) => onChoose(roles?.find((role) => role.id === id)?.permissions ?? [])}
    />
  );
}
