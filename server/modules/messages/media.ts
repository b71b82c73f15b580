import { fileTypeFromBuffer } from 'file-type';
import { sha256 } from '../../kernel/crypto.ts';
import { type CompanyCtx, systemCtx, transact } from '../../kernel/ctx.ts';
import { fail } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { portFor } from '../providers/index.ts';
import { announceConversations } from './announce.ts';
import { findIntegration } from './integrations-store.ts';
import * as store from './media-store.ts';
import { findMessage } from './messages-store.ts';

const MB = 1024 * 1024;

/** What a phone shows, and what cannot run anything in a browser. */
const ACCEPTED =
  /^(image\/(jpeg|png|gif|webp|heic|heif|bmp|tiff)|audio\/[\w.+-]+|video\/(mp4|3gpp2?|quicktime|webm|mpeg)|application\/(pdf|ogg)|text\/(vcard|x-vcard|calendar))$/;

/** Kinds that have no signature of their own; the sender's word is taken when the bytes are text. */
const TEXTUAL = /^text\/(vcard|x-vcard|calendar)$/;

/** What a file is, by its content; null when it is nothing that a text may carry. */
async function typeOf(bytes: Buffer, claimed: string): Promise<string | null> {
  const found = (await fileTypeFromBuffer(bytes))?.mime;
  if (found) return ACCEPTED.test(found) ? found : null;
  const isText = TEXTUAL.test(claimed) && !bytes.subarray(0, 4096).includes(0);
  return isText ? claimed : null;
}

/** The vault's purpose of a company's pictures and files. */
export function mediaPurpose(companyId: string): string {
  return `message-media:${companyId}`;
}

/** Takes a file that is to be sent. @throws file_too_large, media_type_refused. */
export async function keepUpload(
  ctx: CompanyCtx,
  file: { bytes: Buffer; filename: string; claimedType: string },
): Promise<store.MediaRow> {
  const { config, clock, vault } = ctx.kernel;
  if (file.bytes.length > config.MEDIA_MAX_MB * MB)
    fail('file_too_large', { limit: `${config.MEDIA_MAX_MB} MB` });
  const contentType = await typeOf(file.bytes, file.claimedType);
  if (!contentType) fail('media_type_refused', { found: file.claimedType });
  const row: store.MediaRow = {
    ...{
      id: newId(clock),
      companyId: ctx.companyId,
      messageId: null,
      position: 0,
      status: 'stored',
      reason: null,
    },
    sourceUrl: null,
    contentType,
    sizeBytes: file.bytes.length,
    filename: cleanName(file.filename),
  };
  await transact(ctx, (tx) =>
    store.insertMedia(tx, [
      {
        ...row,
        sha256: sha256(file.bytes),
        sealed: vault.sealBytes(mediaPurpose(ctx.companyId), file.bytes),
        createdAt: clock.now(),
      },
    ]),
  );
  return row;
}

/** The name as people know it, without folders or control characters. */
function cleanName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? '';
  return [...base.replace(/\p{Cc}/gu, '').trim()].slice(0, 200).join('');
}

/** A file's content, decrypted; null when there is none (yet). */
export async function readMedia(
  ctx: CompanyCtx,
  id: string,
): Promise<{ row: store.MediaRow; bytes: Buffer } | null> {
  return transact(ctx, async (tx) => {
    const row = await store.findMedia(tx, id);
    const sealed = row && (await store.readSealed(tx, row.id));
    if (!row || !sealed) return null;
    return { row, bytes: ctx.kernel.vault.openBytes(mediaPurpose(ctx.companyId), sealed) };
  });
}

/** Fetches the media of a text that came in, with the credentials of the account it came to. A passing failure is thrown. */
export async function fetchMedia(kernel: CompanyCtx['kernel'], companyId: string, id: string): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'messages.fetch_media');
  const found = await transact(ctx, async (tx) => {
    const media = await store.findMedia(tx, id);
    const message = media?.messageId ? await findMessage(tx, media.messageId) : null;
    const integration = message?.integrationId ? await findIntegration(tx, message.integrationId) : null;
    return media && message && { media, message, integration };
  });
  if (found?.media.status !== 'pending' || !found.media.sourceUrl) return;
  const { message, integration } = found;
  const { port } = await portFor(ctx, message.provider!, integration?.providerAccountId ?? null);
  const fetched = await port.fetchMedia(found.media.sourceUrl, {
    bytesMax: kernel.config.MEDIA_MAX_MB * MB,
  });
  const contentType = fetched.kind === 'fetched' ? await typeOf(fetched.bytes, fetched.contentType) : null;
  await transact(ctx, async (tx) => {
    if (fetched.kind !== 'fetched') await store.markFailed(tx, id, fetched.kind);
    else if (!contentType) await store.markFailed(tx, id, 'type_refused');
    else
      await store.storeFetched(tx, id, {
        contentType,
        sizeBytes: fetched.bytes.length,
        sha256: sha256(fetched.bytes),
        sealed: kernel.vault.sealBytes(mediaPurpose(companyId), fetched.bytes),
      });
    await announceConversations(tx, companyId, [message.conversationId]);
  });
}

/** The last try failed too: the thread says so instead of waiting for ever. */
export async function giveUpMedia(
  kernel: CompanyCtx['kernel'],
  companyId: string,
  id: string,
): Promise<void> {
  const ctx = systemCtx(kernel, companyId, 'messages.fetch_media');
  await transact(ctx, async (tx) => {
    const media = await store.findMedia(tx, id);
    const message = media?.messageId ? await findMessage(tx, media.messageId) : null;
    await store.markFailed(tx, id, 'unreachable');
    if (message) await announceConversations(tx, companyId, [message.conversationId]);
  });
}
