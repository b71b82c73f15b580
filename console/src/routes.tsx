import { Navigate, type RouteObject } from 'react-router';
import { paths } from './paths.ts';
import { AppShell } from './shell/AppShell.tsx';
import { CrashPage } from './shell/CrashPage.tsx';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { PageSkeleton } from './ui/PageSkeleton.tsx';

/** A page in a file of its own, fetched when it is first visited. */
function page(path: string, load: () => Promise<{ default: React.ComponentType }>): RouteObject {
  return { path, lazy: async () => ({ Component: (await load()).default }) };
}

const settings: RouteObject = {
  path: 'settings',
  lazy: async () => ({ Component: (await import('./pages/settings/SettingsFrame.tsx')).default }),
  children: [
    { index: true, element: <Navigate to={paths.company} replace /> },
    page('company', () => import('./pages/settings/CompanyPage.tsx')),
    page('members', () => import('./pages/settings/MembersPage.tsx')),
    page('roles', () => import('./pages/settings/RolesPage.tsx')),
    page('retention', () => import('./pages/settings/RetentionPage.tsx')),
    page('provider-accounts', () => import('./pages/settings/ProviderAccountsPage.tsx')),
    page('api-keys', () => import('./pages/settings/ApiKeysPage.tsx')),
    page('security', () => import('./pages/settings/SecurityPage.tsx')),
    page('notifications', () => import('./pages/settings/NotificationsPage.tsx')),
    page('audit', () => import('./pages/settings/AuditPage.tsx')),
    page('provider-events', () => import('./pages/settings/ProviderEventsPage.tsx')),
    page('synchronisation', () => import('./pages/sync/SyncPage.tsx')),
    page('webhooks', () => import('./pages/settings/WebhooksPage.tsx')),
    page('sms-numbers', () => import('./pages/inbox-settings/SmsNumbersPage.tsx')),
    page('templates', () => import('./pages/inbox-settings/TemplatesPage.tsx')),
    page('opt-outs', () => import('./pages/inbox-settings/OptOutsPage.tsx')),
    page('inbox', () => import('./pages/inbox-settings/InboxRulesPage.tsx')),
    page('unroutable', () => import('./pages/inbox-settings/UnroutablePage.tsx')),
    page('my-phone', () => import('./pages/call-settings/MyPhonePage.tsx')),
    page('call-routes', () => import('./pages/call-settings/RoutesPage.tsx')),
    page('call-routes/:numberId', () => import('./pages/call-settings/RoutePage.tsx')),
    page('calls', () => import('./pages/call-settings/CallSettingsPage.tsx')),
    page('call-attempts', () => import('./pages/call-settings/AttemptsPage.tsx')),
    page('unroutable-calls', () => import('./pages/call-settings/UnroutableCallsPage.tsx')),
    page('devices', () => import('./pages/call-settings/DevicesPage.tsx')),
    page('callboxes', () => import('./pages/box-settings/CallboxSettingsPage.tsx')),
    page('operator-texts', () => import('./pages/box-settings/OperatorTextsPage.tsx')),
  ],
};

const calls: RouteObject = {
  path: 'calls',
  lazy: async () => ({ Component: (await import('./pages/calls/CallsFrame.tsx')).default }),
  children: [
    {
      index: true,
      lazy: async () => ({ Component: (await import('./pages/calls/CallsPage.tsx')).default }),
    },
    page('live', () => import('./pages/calls/LiveCallsPage.tsx')),
    page('voicemail', () => import('./pages/calls/VoicemailPage.tsx')),
    page('quality', () => import('./pages/calls/QualityPage.tsx')),
    page('archive', () => import('./pages/calls/ArchivePage.tsx')),
  ],
};

const costs: RouteObject = {
  path: 'costs',
  lazy: async () => ({ Component: (await import('./pages/costs/CostsFrame.tsx')).default }),
  children: [
    { index: true, element: <Navigate to={paths.budgets} replace /> },
    page('budgets', () => import('./pages/costs/BudgetsPage.tsx')),
    page('prices', () => import('./pages/costs/PricesPage.tsx')),
    page('idle', () => import('./pages/costs/IdlePage.tsx')),
  ],
};

const reports: RouteObject = {
  path: 'reports',
  lazy: async () => ({ Component: (await import('./pages/insights/ReportsFrame.tsx')).default }),
  children: [
    {
      index: true,
      lazy: async () => ({ Component: (await import('./pages/insights/ReportsPage.tsx')).default }),
    },
    page('summary', () => import('./pages/insights/SummaryPage.tsx')),
    page('schedules', () => import('./pages/insights/SchedulesPage.tsx')),
  ],
};

const transactions: RouteObject = {
  path: 'transactions',
  lazy: async () => ({ Component: (await import('./pages/transactions/TransactionsFrame.tsx')).default }),
  children: [
    {
      index: true,
      lazy: async () => ({ Component: (await import('./pages/transactions/TransactionsPage.tsx')).default }),
    },
    page('unknown', () => import('./pages/transactions/UnknownPage.tsx')),
    page('stats', () => import('./pages/transactions/StatsPage.tsx')),
  ],
};

const signedIn: RouteObject = {
  element: <AppShell />,
  errorElement: <CrashPage />,
  children: [
    {
      errorElement: <CrashPage />,
      children: [
        { index: true, element: <Navigate to={paths.inbox} replace /> },
        page('inbox/:conversationId?', () => import('./pages/inbox/InboxPage.tsx')),
        page('today', () => import('./pages/insights/TodayPage.tsx')),
        costs,
        reports,
        page('gigs', () => import('./pages/gigs/GigsPage.tsx')),
        page('contacts', () => import('./pages/contacts/ContactsPage.tsx')),
        page('contacts/:contactId', () => import('./pages/contacts/ContactPage.tsx')),
        page('numbers', () => import('./pages/numbers/NumbersPage.tsx')),
        page('numbers/buy', () => import('./pages/numbers/TelephonySetup.tsx')),
        page('numbers/:numberId', () => import('./pages/numbers/NumberPage.tsx')),
        page('compliance', () => import('./pages/compliance/CompliancePage.tsx')),
        page('compliance/documents', () => import('./pages/compliance/DocumentsPage.tsx')),
        page('compliance/groups/:groupId', () => import('./pages/compliance/RequirementGroupPage.tsx')),
        page('messages', () => import('./pages/messages/MessagesPage.tsx')),
        calls,
        page('boxes', () => import('./pages/boxes/FleetPage.tsx')),
        page('boxes/:boxId', () => import('./pages/boxes/BoxPage.tsx')),
        transactions,
        page('float', () => import('./pages/float/FloatPage.tsx')),
        settings,
        { path: '*', element: <NotFoundPage /> },
      ],
    },
  ],
};

/** Every page of the console; the tests that look at each of them read this too. */
export const routes: RouteObject[] = [
  {
    errorElement: <CrashPage />,
    hydrateFallbackElement: <PageSkeleton />,
    children: [
      page('sign-in', () => import('./pages/auth/SignInPage.tsx')),
      page('invitation/:invitationId', () => import('./pages/auth/InvitationPage.tsx')),
      page('unsubscribe/:token', () => import('./pages/auth/UnsubscribePage.tsx')),
      signedIn,
    ],
  },
];
