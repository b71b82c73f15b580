import type { Query } from './client.ts';
import type { PaperworkKind } from './requirementService.ts';

/** The key of every query, by noun first: a live event of a noun refreshes all that begins with it. */
export const keys = {
  me: ['me'] as const,
  savedFilters: ['saved-filters'] as const,
  company: ['company'] as const,
  members: ['members'] as const,
  invitations: ['invitations'] as const,
  invitationOffer: (id: string) => ['invitation-offer', id] as const,
  apiKeys: ['api-keys'] as const,
  auditChain: ['audit-chain'] as const,
  audit: (query: Query) => ['audit', query] as const,
  providerAccounts: ['provider-accounts'] as const,
  providerEvents: (query: Query) => ['provider-events', query] as const,
  gigs: (query: Query) => ['gigs', 'list', query] as const,
  gig: (id: string) => ['gigs', 'one', id] as const,
  gigNumbers: (id: string) => ['gigs', 'numbers', id] as const,
  contacts: (query: Query) => ['contacts', 'list', query] as const,
  contact: (id: string) => ['contacts', 'one', id] as const,
  numbers: (query: Query) => ['numbers', 'list', query] as const,
  number: (id: string) => ['numbers', 'one', id] as const,
  available: (query: Query) => ['available-numbers', query] as const,
  countryRequirements: (zone: string, kind: PaperworkKind) => ['country-requirements', zone, kind] as const,
  companyGroups: (companyId: string) => ['requirement-groups', 'company', companyId] as const,
  group: (id: string) => ['requirement-groups', 'one', id] as const,
  groupOf: (zone: string, kind: PaperworkKind) => ['requirement-groups', 'of', zone, kind] as const,
  groupStatus: (id: string) => ['requirement-groups', 'status', id] as const,
  documents: ['documents'] as const,
  integrations: ['integrations'] as const,
  templates: ['templates'] as const,
  optOuts: (query: Query) => ['opt-outs', 'list', query] as const,
  optOutProof: (phoneNumber: string) => ['opt-outs', 'of', phoneNumber] as const,
  messages: (query: Query) => ['messages', query] as const,
  inboxSettings: ['inbox-settings'] as const,
  inboxRules: ['inbox-rules'] as const,
  labels: ['labels'] as const,
  unroutable: (query: Query) => ['unroutable', query] as const,
  conversations: (query: Query) => ['conversations', query] as const,
  conversation: (id: string) => ['conversation', id] as const,
  contactSearch: (text: string) => ['contacts', 'search', text] as const,
  contactConversations: (query: Query) => ['contact-conversations', query] as const,
  inboxCounts: ['inbox-counts'] as const,
  thread: (id: string) => ['thread', id] as const,
  presence: (id: string) => ['presence', id] as const,
  textPrice: (query: Query) => ['text-price', query] as const,
  calls: (query: Query) => ['calls', query] as const,
  liveCalls: ['live-calls'] as const,
  call: (id: string) => ['call', id] as const,
  callQuality: (id: string) => ['call-quality', id] as const,
  recentCalls: ['calls', 'recent'] as const,
  voicemail: (query: Query) => ['recordings', 'voicemail', query] as const,
  unheard: ['recordings', 'unheard'] as const,
  callRecordings: (callId: string) => ['recordings', 'call', callId] as const,
  callRoutes: ['call-routes'] as const,
  callRoute: (numberId: string) => ['call-routes', numberId] as const,
  callSettings: ['call-settings'] as const,
  callAttempts: (query: Query) => ['call-attempts', query] as const,
  unroutableCalls: (query: Query) => ['unroutable-calls', query] as const,
  myPhone: ['my-phone'] as const,
  qualityOverview: (query: Query) => ['call-quality-overview', query] as const,
  callAlerts: (query: Query) => ['call-alerts', query] as const,
  alertRules: ['call-alert-rules'] as const,
  devices: ['devices'] as const,
  callPush: ['call-push'] as const,
  boxes: (query: Query) => ['boxes', 'list', query] as const,
  box: (id: string) => ['boxes', 'one', id] as const,
  boxLogs: (id: string, query: Query) => ['box-logs', id, query] as const,
  callboxSettings: ['callbox-settings'] as const,
  syncStatus: ['sync-status'] as const,
  transactions: (query: Query) => ['transactions', 'list', query] as const,
  transaction: (id: string) => ['transactions', 'one', id] as const,
  transactionQueue: ['transactions', 'queue'] as const,
  unknownTransactions: (query: Query) => ['transactions', 'unknown', query] as const,
  transactionStats: (query: Query) => ['transactions', 'stats', query] as const,
  float: ['float', 'sims'] as const,
  floatSettings: ['float', 'settings'] as const,
  floatEntries: (simId: string, query: Query) => ['float', 'entries', simId, query] as const,
  floatDays: (simId: string) => ['float', 'days', simId] as const,
  operatorTexts: (query: Query) => ['operator-texts', query] as const,
  operatorTemplates: ['operator-templates'] as const,
  webhooks: ['webhooks', 'list'] as const,
  webhookDeliveries: (id: string) => ['webhooks', 'deliveries', id] as const,
  dashboard: ['dashboard'] as const,
  firstRun: ['first-run'] as const,
  reports: (query: Query) => ['reports', query] as const,
};

/** What to read again when a topic of the live stream moves. */
const keysOfTopic: Record<string, readonly string[]> = {
  number: ['numbers', 'gigs'],
  gig: ['gigs', 'numbers'],
  requirement_group: ['requirement-groups', 'documents'],
  document: ['documents', 'requirement-groups'],
  member: ['members', 'me'],
  invitation: ['invitations'],
  saved_filter: ['saved-filters'],
  api_key: ['api-keys'],
  provider_account: ['provider-accounts'],
  provider_event: ['provider-events'],
  company: ['company', 'me'],
  integration: ['integrations', 'conversation'],
  template: ['templates'],
  opt_out: ['opt-outs', 'conversation'],
  label: ['labels', 'conversations'],
  unroutable: ['unroutable'],
  inbox_settings: ['inbox-settings'],
  conversation: ['conversations', 'contact-conversations', 'inbox-counts', 'messages'],
  contact: ['contacts', 'conversations', 'conversation', 'live-calls'],
  call: ['calls', 'live-calls', 'call-attempts'],
  call_route: ['call-routes'],
  call_settings: ['call-settings'],
  call_phone: ['my-phone'],
  call_quality: ['call-quality-overview', 'calls'],
  call_alert: ['call-alerts'],
  call_alert_rule: ['call-alert-rules'],
  recording: ['recordings', 'calls'],
  push_device: ['devices'],
  unroutable_call: ['unroutable-calls'],
  boxes: ['boxes', 'box-logs', 'sync-status', 'float'],
  callbox_settings: ['callbox-settings', 'boxes'],
  callbox_sync: ['sync-status', 'transactions'],
  transactions: ['transactions', 'operator-texts'],
  float: ['float'],
  operator_message: ['operator-texts', 'transactions'],
  operator_template: ['operator-templates'],
};

/** What may move many times a second: read again once a second at most. */
export const BUSY_TOPICS: ReadonlySet<string> = new Set(['boxes', 'transactions', 'float']);

/** What to read again of the one thing that moved: nobody wants all open threads for a word in one of them. */
const keysOfEntity: Record<string, (id: string) => readonly (readonly string[])[]> = {
  conversation: (id) => [keys.conversation(id), keys.thread(id)],
  presence: (id) => [keys.presence(id)],
  call: (id) => [keys.call(id), keys.callQuality(id)],
  call_quality: (id) => [keys.call(id), keys.callQuality(id)],
  call_warning: (id) => [keys.callQuality(id)],
};

/** The keys, or their first words, that news makes stale. */
export function staleKeys(news: readonly { topic: string; id: string }[]): (readonly string[])[] {
  const nouns = new Set(news.flatMap(({ topic }) => keysOfTopic[topic] ?? []));
  const wholes = [...nouns].map((noun) => [noun]);
  const single = news.flatMap(({ topic, id }) => keysOfEntity[topic]?.(id) ?? []);
  const told = new Set<string>();
  return [...wholes, ...single].filter((key) => {
    const isNew = !told.has(key.join()) && !(key.length > 1 && nouns.has(key[0] ?? ''));
    told.add(key.join());
    return isNew;
  });
}
