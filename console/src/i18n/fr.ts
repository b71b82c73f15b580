import type { Dictionary } from './en.ts';
import { access } from './fr/access.ts';
import { archive } from './fr/archive.ts';
import { auth } from './fr/auth.ts';
import { boxes } from './fr/boxes.ts';
import { boxSettings } from './fr/boxSettings.ts';
import { callQuality } from './fr/callQuality.ts';
import { callRules } from './fr/callRules.ts';
import { calls } from './fr/calls.ts';
import { common } from './fr/common.ts';
import { compliance } from './fr/compliance.ts';
import { contacts } from './fr/contacts.ts';
import { costs } from './fr/costs.ts';
import { firstSteps } from './fr/firstSteps.ts';
import { float } from './fr/float.ts';
import { floatAlerts } from './fr/floatAlerts.ts';
import { gigs } from './fr/gigs.ts';
import { inbox } from './fr/inbox.ts';
import { insights } from './fr/insights.ts';
import { keyboard } from './fr/keyboard.ts';
import { notices } from './fr/notices.ts';
import { numbers } from './fr/numbers.ts';
import { operatorTexts } from './fr/operatorTexts.ts';
import { palette } from './fr/palette.ts';
import { pwa } from './fr/pwa.ts';
import { retention } from './fr/retention.ts';
import { roles } from './fr/roles.ts';
import { saved } from './fr/saved.ts';
import { settings } from './fr/settings.ts';
import { setup } from './fr/setup.ts';
import { shell } from './fr/shell.ts';
import { syncs } from './fr/syncs.ts';
import { texts } from './fr/texts.ts';
import { transactions } from './fr/transactions.ts';
import { webhooks } from './fr/webhooks.ts';
import { withFrenchTypography } from './typography.ts';

export const fr: Dictionary = withFrenchTypography<Dictionary>({
  access,
  archive,
  auth,
  boxSettings,
  boxes,
  callQuality,
  callRules,
  calls,
  common,
  compliance,
  contacts,
  costs,
  firstSteps,
  float,
  floatAlerts,
  gigs,
  inbox,
  insights,
  keyboard,
  notices,
  numbers,
  palette,
  operatorTexts,
  retention,
  roles,
  pwa,
  saved,
  settings,
  setup,
  shell,
  syncs,
  texts,
  transactions,
  webhooks,
});
