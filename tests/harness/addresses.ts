import type { Operation } from './operations.ts';
import type { CompanyRows } from './rows.ts';

/** Path parameters that name no row. */
const NOT_IDS = new Set(['countryCode', 'destinationZone', 'field', 'report']);

/** The row that an address names, by what comes before the parameter. */
const ROW_OF: [RegExp, keyof CompanyRows][] = [
  [/\/gigs?\/\{gigId\}/, 'gigId'],
  [/\/phone-numbers\/\{id\}/, 'numberId'],
  [/\/(requirement-groups|groups)\/\{groupId\}/, 'groupId'],
  [/\/compan(y|ies)\/\{companyId\}/, 'companyId'],
  [/\/documents\/\{id\}/, 'documentId'],
  [/\/members\/\{id\}/, 'memberId'],
  [/\/invitations\/\{id\}/, 'invitationId'],
  [/\/api-keys\/\{id\}/, 'apiKeyId'],
  [/\/provider-accounts\/\{id\}/, 'providerAccountId'],
  [/\/contacts\/\{contactId\}\/phones\/\{phoneId\}/, 'otherContactId'],
  [/\/contacts\/\{contactId\}/, 'contactId'],
  [/\/calls\/routes\/\{numberId\}/, 'numberId'],
  [/\/calls\/\{(id|callId)\}/, 'callId'],
  [/\/inbox\/integrations\/\{id\}/, 'integrationId'],
  [/\/inbox\/conversations\/\{id\}/, 'conversationId'],
  [/\/inbox\/messages\/\{id\}/, 'messageId'],
  [/\/inbox\/templates\/\{id\}/, 'templateId'],
  [/\/inbox\/labels\/\{name\}/, 'labelName'],
  [/\/inbox\/unroutable\/\{id\}/, 'unroutableId'],
  [/\/(recordings|voicemails)\/\{id\}/, 'recordingId'],
  [/\/calls\/alert-rules\/\{id\}/, 'alertRuleId'],
  [/\/calls\/alerts\/\{id\}/, 'alertId'],
  [/\/calls\/\{id\}/, 'callId'],
  [/\/push\/devices\/\{id\}/, 'pushDeviceId'],
  [/\/push\/traces\/\{id\}/, 'pushTraceId'],
  [/\/float\/boxes\/\{boxId\}/, 'boxId'],
  [/\/float\/\{simId\}/, 'simId'],
  [/\/operator-templates\/\{id\}/, 'operatorTemplateId'],
  [/\/operator-messages\/\{id\}/, 'operatorMessageId'],
  [/\/boxes\/\{id\}/, 'boxId'],
  [/\/transactions\/\{(id|transactionId)\}/, 'transactionId'],
  [/\/webhook-endpoints\/\{webhookId\}/, 'webhookId'],
  [/\/roles\/\{roleId\}/, 'roleId'],
  [/\/call-archives\/\{archiveId\}/, 'archiveId'],
  [/\/prices\/\{priceId\}/, 'priceId'],
  [/\/budgets\/\{budgetId\}/, 'budgetId'],
  [/\/insights\/schedules\/\{scheduleId\}/, 'scheduleId'],
  [/\/sync-runs\/\{runId\}/, 'syncRunId'],
  [/\/drift\/\{driftId\}/, 'driftId'],
  [/\/saved-filters\/\{filterId\}/, 'savedFilterId'],
];

/** The row that a second parameter names. */
export const SECOND_ROW: Record<string, keyof CompanyRows> = { phoneId: 'phoneId', deliveryId: 'deliveryId' };

/** A rule as it is handed in. */
export const ALERT_RULE = {
  ...{ name: 'Bad calls', metric: 'mos', comparison: 'below', threshold: 3.5, clearValue: 4, overCalls: 5 },
  webhookUrl: 'https://hooks.example.com/alerts',
};

/** A price and a budget as they are handed in. */
export const PRICE = {
  ...{ kind: 'text', country: 'CM', currency: 'XAF', amount: '18', validFrom: '2026-01-01' },
};
export const BUDGET = { name: 'All', period: 'month', currency: 'USD', amount: '1000000' };

/** A wording of an operator as it is handed in. */
export const OPERATOR_TEMPLATE = {
  ...{ operator: 'MTN', name: 'Recharge', senders: ['MTN'], type: 'recharge', outcome: 'completed' },
  wording: 'Vous avez paye {amount} au {number}',
};

/** What a box says about itself, at each door that boxes alone open; the name of the box is added to it. */
export const BOX_BODIES: Record<string, object> = {
  postCallBoxHeartbeat: {},
  postCallBoxLogs: { lines: [] },
  postCallBoxMessages: { messages: [] },
  putCallBoxTransactionsByTransactionIdStatus: { status: 'processing' },
};

/** Doors at which a box names itself for the first time: a name of another company's box is a name like any other there. */
export const BOX_ENTRANCES = new Set(['postCallBoxRegister']);

/** Bodies that pass validation, so that the row is looked for. */
export const BODIES: Record<string, (rows: CompanyRows) => unknown> = {
  patchFloatBySimId: () => ({ lowFloatBelow: 1000 }),
  postFloatBySimIdEntries: () => ({ kind: 'opening', amount: 1000, reason: 'Counted' }),
  postFloatBySimIdCloses: () => ({ day: '2024-01-31' }),
  postFloatBoxesByBoxIdCloses: () => ({ day: '2024-02-29' }),
  putOperatorTemplatesById: () => OPERATOR_TEMPLATE,
  postOperatorMessagesByIdAttach: (rows) => ({ transactionId: rows.textTransactionId }),
  patchGigsByGigId: () => ({ name: 'Renamed' }),
  patchPhoneNumbersById: () => ({ gigId: null }),
  patchContactsByContactId: () => ({ name: 'Renamed' }),
  postContactsByContactIdPhones: () => ({ phoneNumber: '+33612345677' }),
  postContactsByContactIdMerge: (rows) => ({ otherId: rows.spareContactId }),
  patchMembersById: () => ({ role: 'viewer' }),
  patchRolesByRoleId: () => ({ description: 'Changed', version: 1 }),
  patchProviderAccountsById: () => ({ name: 'Renamed' }),
  patchRequirementGroupsByGroupIdRequirements: (rows) => ({
    requirements: [{ field: rows.textField, value: 'Harness SARL' }],
  }),
  postRequirementsGroupsByGroupIdValuesByField: () => ({ value: 'Harness SARL' }),
  patchInboxIntegrationsById: () => ({ name: 'Renamed' }),
  patchInboxConversationsById: () => ({ category: 'urgent' }),
  patchInboxTemplatesById: () => ({ name: 'Renamed' }),
  postInboxConversationsByIdAssign: () => ({ user_id: null }),
  postInboxConversationsByIdLabels: (rows) => ({ labels: [rows.labelName] }),
  postInboxConversationsByIdMessages: () => ({ text: 'Hello' }),
  postInboxConversationsByIdNotes: () => ({ text: 'A note' }),
  postInboxConversationsByIdPresence: () => ({ state: 'viewing' }),
  postInboxTemplatesByIdRender: () => ({ variables: { name: 'Ada' } }),
  putRecordingsByIdHold: () => ({ reason: 'A dispute' }),
  postCallsByIdQualitySamples: () => ({
    samples: [{ at: new Date().toISOString(), direction: 'inbound', jitterMs: 5 }],
  }),
  putCallsAlertRulesById: () => ALERT_RULE,
  postPushTracesById: () => ({ event: 'shown' }),
  putPricesByPriceId: () => PRICE,
  putBudgetsByBudgetId: () => BUDGET,
  patchWebhookEndpointsByWebhookId: () => ({ description: 'Changed' }),
  patchInsightsSchedulesByScheduleId: () => ({ hour: 9 }),
  patchCallsById: () => ({ note: 'A note' }),
  postCallsByIdDtmf: () => ({ digits: '1' }),
  postCallsByIdTransfer: () => ({ to: '+14155550999', mode: 'blind' }),
  postCallsByIdRecord: () => ({ action: 'pause' }),
  putCallsRoutesByNumberId: () => ({
    rule: { language: 'fr', open: { kind: 'voicemail' }, closed: { kind: 'reject' } },
    version: 0,
  }),
  postTransactionsByIdSettle: () => ({ outcome: 'failed', proof: 'Not in the statement' }),
  patchBoxesById: () => ({ label: 'Renamed' }),
  putBoxesByIdConfig: () => ({ config: { maxRetries: 2 } }),
  postRequirementsGroupsByGroupIdDocumentsByField: (rows) => ({ documentId: rows.documentId }),
};

/** The parameters of an address that name rows. */
export const idsOf = ({ path }: Operation) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).filter((name) => !NOT_IDS.has(name));

/** What the first parameter of an operation's address names, or null when that is not known. */
export function rowOf({ path }: Operation): keyof CompanyRows | null {
  return ROW_OF.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}
