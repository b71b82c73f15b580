import { useMutation, useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { PASSWORD_MAX, PASSWORD_MIN } from '../../../../server/modules/identity/model.ts';
import { ApiError } from '../../api/client.ts';
import { invitations } from '../../api/identity.ts';
import { keys } from '../../api/keys.ts';
import { forgetSession, useMeQuery, useSignOut } from '../../api/session.ts';
import type { InvitationOffer } from '../../api/types.ts';
import { paths, signInPath } from '../../paths.ts';
import { Welcome } from '../../shell/Welcome.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { PageSkeleton } from '../../ui/PageSkeleton.tsx';
import { useFormat } from '../../ui/useFormat.ts';
import { useRoleName } from '../../ui/useRoleName.ts';

export default function InvitationPage() {
  const { invitationId = '' } = useParams();
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    queryKey: keys.invitationOffer(invitationId),
    queryFn: () => invitations.offer(invitationId),
    retry: false,
  });
  if (data) return <Offer id={invitationId} offer={data.invitation} />;
  if (!error) return <PageSkeleton />;
  const isGone = error instanceof ApiError && [400, 404, 410].includes(error.status);
  return (
    <Welcome title={t('auth.invitation.gone')} text={isGone ? t('auth.invitation.goneText') : undefined}>
      {!isGone && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      <Link to={paths.signIn}>{t('auth.signIn')}</Link>
    </Welcome>
  );
}

function Offer({ id, offer }: { id: string; offer: InvitationOffer }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const role = useRoleName()(offer);
  return (
    <Welcome
      title={t('auth.invitation.title', { company: offer.companyName })}
      text={t('auth.invitation.text', { email: offer.email, role })}
    >
      <p className="muted small">{t('auth.invitation.until', { date: day(offer.expiresAt) })}</p>
      {offer.needsAccount ? <NewAccount id={id} /> : <KnownAccount id={id} offer={offer} />}
    </Welcome>
  );
}

function useAccept(id: string) {
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (account: { name?: string; password?: string }) => invitations.accept(id, account),
    onSuccess: async () => {
      await forgetSession();
      await navigate(paths.home, { replace: true });
    },
  });
}

function NewAccount({ id }: { id: string }) {
  const { t } = useTranslation();
  const accepting = useAccept(id);
  return (
    <Form layout="vertical" requiredMark={false} onFinish={accepting.mutate}>
      <ErrorNotice error={accepting.error} />
      <Form.Item
        name="name"
        label={t('auth.invitation.name')}
        rules={[{ required: true, whitespace: true, message: t('common.required') }]}
      >
        <Input size="large" autoFocus autoComplete="name" maxLength={120} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('auth.invitation.newPassword')}
        extra={t('auth.invitation.passwordHint', { min: PASSWORD_MIN })}
        rules={[
          {
            required: true,
            min: PASSWORD_MIN,
            max: PASSWORD_MAX,
            message: t('auth.passwordShort', { min: PASSWORD_MIN }),
          },
        ]}
        validateTrigger="onBlur"
      >
        <Input.Password size="large" autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" size="large" htmlType="submit" block loading={accepting.isPending}>
        {t('auth.invitation.createAndJoin')}
      </Button>
    </Form>
  );
}

/** The invited address has an account: it must be the one that is signed in. */
function KnownAccount({ id, offer }: { id: string; offer: InvitationOffer }) {
  const { t } = useTranslation();
  const { data: me } = useMeQuery();
  const signOut = useSignOut(paths.invitation(id));
  const accepting = useAccept(id);
  if (!me) {
    const to = `${signInPath(paths.invitation(id))}&email=${encodeURIComponent(offer.email)}`;
    return (
      <div className="stack">
        <Alert type="info" showIcon title={t('auth.invitation.signInFirst')} />
        <Link to={to}>{t('auth.invitation.signInToAccept')}</Link>
      </div>
    );
  }
  if (me.user.email.toLowerCase() !== offer.email.toLowerCase()) {
    return (
      <div className="stack">
        <Alert
          type="warning"
          showIcon
          title={t('auth.invitation.otherAccount', { email: me.user.email, invited: offer.email })}
        />
        <Button onClick={() => signOut.mutate()}>{t('shell.signOut')}</Button>
      </div>
    );
  }
  return (
    <div className="stack">
      <ErrorNotice error={accepting.error} />
      <Button
        type="primary"
        size="large"
        block
        loading={accepting.isPending}
        onClick={() => accepting.mutate({})}
      >
        {t('auth.invitation.join', { company: offer.companyName })}
      </Button>
    </div>
  );
}
