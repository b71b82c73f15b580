import { access } from './en/access.ts';
import { archive } from './en/archive.ts';
import { auth } from './en/auth.ts';
import { boxes } from './en/boxes.ts';
import { boxSettings } from './en/boxSettings.ts';
import { callQuality } from './en/callQuality.ts';
import { callRules } from './en/callRules.ts';
import { calls } from './en/calls.ts';
import { common } from './en/common.ts';
import { compliance } from './en/compliance.ts';
import { contacts } from './en/contacts.ts';
import { costs } from './en/costs.ts';
import { firstSteps } from './en/firstSteps.ts';
import { float } from './en/float.ts';
import { floatAlerts } from './en/floatAlerts.ts';
import { gigs } from './en/gigs.ts';
import { inbox } from './en/inbox.ts';
import { insights } from './en/insights.ts';
import { keyboard } from './en/keyboard.ts';
import { notices } from './en/notices.ts';
import { numbers } from './en/numbers.ts';
import { operatorTexts } from './en/operatorTexts.ts';
import { palette } from './en/palette.ts';
import { pwa } from './en/pwa.ts';
import { retention } from './en/retention.ts';
import { roles } from './en/roles.ts';
import { saved } from './en/saved.ts';
import { settings } from './en/settings.ts';
import { setup } from './en/setup.ts';
import { shell } from './en/shell.ts';
import { syncs } from './en/syncs.ts';
import { texts } from './en/texts.ts';
import { transactions } from './en/transactions.ts';
import { webhooks } from './en/webhooks.ts';

export const en = {
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
};

/** The shape every other language must fill: a missing or superfluous key does not compile. */
export type Dictionary = typeof en;
