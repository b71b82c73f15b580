import type { Answer, Call, Route } from '../../core/http.ts';
import { mediaUrl, removeMedia, type StoredMedia } from '../../core/texts/media.ts';
import { getText, saveText, TEXT, type Text, textsOf } from '../../core/texts/model.ts';
import { badParameter, notFound, refuse } from '../dialect.ts';
import { apiPage, asked, longPage, noContent, ok, param } from '../shape.ts';
import { concernedByMessage, createMessage } from './create.ts';
import { mediaView, messageView } from './view.ts';

const PATH = '/2010-04-01/Accounts/:AccountSid/Messages';
const MEDIA_PATH = `${PATH}/:MessageSid/Media`;
const DAY_MS = 86_400_000;

export const messageRoutes: Route[] = [
  { method: 'POST', path: PATH, handler: createMessage, concerns: concernedByMessage },
  { method: 'GET', path: PATH, handler: list },
  { method: 'GET', path: `${PATH}/:Sid`, handler: (call) => ok(messageView(find(call, call.params.Sid))) },
  { method: 'POST', path: `${PATH}/:Sid`, handler: update },
  { method: 'DELETE', path: `${PATH}/:Sid`, handler: remove },
  { method: 'GET', path: MEDIA_PATH, handler: listMedia },
  { method: 'GET', path: `${MEDIA_PATH}/:Sid`, handler: fetchMedia },
  { method: 'DELETE', path: `${MEDIA_PATH}/:Sid`, handler: deleteMedia },
];

function find(call: Call, sid: string | undefined): Text {
  const text = getText(call.sb, sid ?? '');
  if (text === undefined || text.account !== call.account.id) throw notFound(call.path);
  return text;
}

function list(call: Call): Answer {
  const between = { from: asked(call, 'From'), to: asked(call, 'To') };
  return longPage<Text>(call, 'messages', {
    read: (options) => textsOf(call.sb, call.account.id, between, options),
    fits: dateFilter(call),
    view: messageView,
  });
}

/** `DateSent` is a day; `DateSent>` and `DateSent<` are days or moments, and include them. */
function dateFilter(call: Call): (text: Text) => boolean {
  const [on, from, until] = ['DateSent', 'DateSent>', 'DateSent<'].map((name) => momentOf(call, name));
  if (on === undefined && from === undefined && until === undefined) return () => true;
  const day = (atMs: number) => Math.floor(atMs / DAY_MS);
  return (text) => {
    const sentAtMs = text.direction === 'inbound' ? text.createdAtMs : text.sentAtMs;
    if (sentAtMs === null) return false;
    const second = Math.floor(sentAtMs / 1000) * 1000;
    if (on !== undefined && day(on) !== day(second)) return false;
    return (from === undefined || second >= from) && (until === undefined || second <= until);
  };
}

function momentOf(call: Call, name: string): number | undefined {
  const text = asked(call, name);
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw badParameter(`${name} is not a valid date: ${text}`);
  return atMs;
}

/** Only finished texts can be changed. */
function finished(call: Call): Text {
  const text = find(call, call.params.Sid);
  if (['queued', 'sending'].includes(text.status))
    throw refuse(409, 20009, 'Cannot change this resource before it is complete.');
  return text;
}

/** `Body=` removes the words; `Status=canceled` is for scheduled messages, which need a Messaging Service. */
function update(call: Call): Answer {
  if (param(call, 'Status') !== undefined) {
    const { id } = find(call, call.params.Sid);
    throw refuse(400, 30409, `Message ${id} cannot be canceled: it is not scheduled.`);
  }
  const body = param(call, 'Body');
  if (body !== '') throw badParameter('Body can only be made empty.');
  return ok(messageView(saveText(call.sb, { ...finished(call), text: '' })));
}

function remove(call: Call): Answer {
  const text = finished(call);
  for (const media of text.media) removeMedia(call.sb, media);
  call.sb.store.remove(TEXT, text.id);
  return noContent();
}

function listMedia(call: Call): Answer {
  const text = find(call, call.params.MessageSid);
  const views = text.media.map((media) => mediaView(text, media));
  return apiPage(call, 'media_list', views);
}

function findMedia(call: Call): { text: Text; media: StoredMedia } {
  const text = find(call, call.params.MessageSid);
  const media = text.media.find((entry) => entry.sid === call.params.Sid);
  if (media === undefined) throw notFound(call.path);
  return { text, media };
}

/** With `.json` what is known of a file; without it, the way to the file itself. */
function fetchMedia(call: Call): Answer {
  const { text, media } = findMedia(call);
  if (call.path.endsWith('.json')) return ok(mediaView(text, media));
  return { status: 302, headers: { location: mediaUrl(call.sb, media) } };
}

function deleteMedia(call: Call): Answer {
  const { text, media } = findMedia(call);
  removeMedia(call.sb, media);
  saveText(call.sb, { ...text, media: text.media.filter((entry) => entry.sid !== media.sid) });
  return noContent();
}
