/** Every address of the console, in one place: a link that points nowhere does not compile. */
export const paths = {
  home: '/',
  signIn: '/sign-in',
  invitation: (id: string) => `/invitation/${id}`,
  today: '/today',
  reports: '/reports',
  costs: '/costs',
  budgets: '/costs/budgets',
  prices: '/costs/prices',
  idleNumbers: '/costs/idle',
  reportSummary: '/reports/summary',
  reportSchedules: '/reports/schedules',
  inbox: '/inbox',
  /** The form for a text to somebody new. */
  newText: '/inbox?new=1',
  conversation: (id: string) => `/inbox/${id}`,
  gigs: '/gigs',
  newGig: '/gigs?new=1',
  contacts: '/contacts',
  contact: (id: string) => `/contacts/${id}`,
  /** The form for a contact, with a number already written in it. */
  newContact: (phoneNumber: string) => `/contacts?add=${encodeURIComponent(phoneNumber)}`,
  contactConversations: (id: string) => `/inbox?contact=${id}`,
  numbers: '/numbers',
  number: (id: string) => `/numbers/${id}`,
  buyNumber: (query: { gigId?: string } = {}) => `/numbers/buy${query.gigId ? `?gig=${query.gigId}` : ''}`,
  compliance: '/compliance',
  requirementGroup: (id: string) => `/compliance/groups/${id}`,
  documents: '/compliance/documents',
  messages: '/messages',
  calls: '/calls',
  /** The history with one call open beside it. */
  call: (id: string) => `/calls?call=${id}`,
  callsOfContact: (id: string) => `/calls?contactId=${id}`,
  liveCalls: '/calls/live',
  voicemail: '/calls/voicemail',
  callQuality: '/calls/quality',
  boxes: '/boxes',
  newBox: '/boxes?new=1',
  box: (id: string) => `/boxes/${id}`,
  transactions: '/transactions',
  newTransaction: '/transactions?new=1',
  /** The list with one transaction open beside it. */
  transaction: (id: string) => `/transactions?transaction=${id}`,
  transactionsOfBox: (boxId: string) => `/transactions?boxId=${boxId}`,
  transactionsWith: (status: string) => `/transactions?status=${status}`,
  unknownTransactions: '/transactions/unknown',
  /** The desk with one transaction open on it. */
  settling: (id: string) => `/transactions/unknown?transaction=${id}`,
  transactionStats: '/transactions/stats',
  float: '/float',
  /** The money with one SIM open beside it. */
  floatOf: (simId: string) => `/float?sim=${simId}`,
  callArchive: '/calls/archive',
  archivedCallsOf: (contactId: string) => `/calls/archive?contactId=${contactId}`,
  archivedCall: (contactId: string, id: string) => `/calls/archive?contactId=${contactId}&call=${id}`,
  settings: '/settings',
  company: '/settings/company',
  members: '/settings/members',
  roles: '/settings/roles',
  retention: '/settings/retention',
  newMember: '/settings/members?new=1',
  providerAccounts: '/settings/provider-accounts',
  apiKeys: '/settings/api-keys',
  security: '/settings/security',
  notifications: '/settings/notifications',
  audit: '/settings/audit',
  providerEvents: '/settings/provider-events',
  webhooks: '/settings/webhooks',
  sync: '/settings/synchronisation',
  smsNumbers: '/settings/sms-numbers',
  /** The form to add a number, with one already written in it. */
  addSmsNumber: (phoneNumber: string) => `/settings/sms-numbers?add=${encodeURIComponent(phoneNumber)}`,
  templates: '/settings/templates',
  optOuts: '/settings/opt-outs',
  inboxSettings: '/settings/inbox',
  unroutable: '/settings/unroutable',
  myPhone: '/settings/my-phone',
  callRoutes: '/settings/call-routes',
  callRoute: (numberId: string) => `/settings/call-routes/${numberId}`,
  callSettings: '/settings/calls',
  callAttempts: '/settings/call-attempts',
  unroutableCalls: '/settings/unroutable-calls',
  devices: '/settings/devices',
  callboxSettings: '/settings/callboxes',
  operatorTexts: '/settings/operator-texts',
} as const;

/** The sign-in address that returns to where the person was. */
export function signInPath(returnTo: string): string {
  return returnTo === paths.home ? paths.signIn : `${paths.signIn}?next=${encodeURIComponent(returnTo)}`;
}

/** Where to go after signing in: an address of this console only, so that a link cannot lead elsewhere. */
export function safeReturnPath(next: string | null): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return paths.home;
  return next;
}
