import type { Kernel } from '../../kernel/ctx.ts';
import { networkReason } from '../../kernel/errors.ts';
import { newSecret } from '../../kernel/ids.ts';
import type { Words } from '../words.ts';
import { type Finding, fail, ok } from './finding.ts';

const FILES: Words = { en: 'Files', fr: 'Fichiers' };

/** Whether the place for recordings takes a file, gives it back and lets it go. */
export async function checkFiles(kernel: Kernel): Promise<Finding> {
  const { BLOB_STORE, S3_BUCKET } = kernel.config;
  const place =
    BLOB_STORE === 's3' ? { en: `the bucket ${S3_BUCKET}`, fr: `le bucket ${S3_BUCKET}` } : DATABASE;
  const secret = newSecret();
  try {
    const ref = await kernel.blobs.put('doctor', Buffer.from(secret));
    let found = '';
    for await (const piece of kernel.blobs.read(ref, { start: 0, end: secret.length })) found += piece;
    await kernel.blobs.remove(ref);
    if (found !== secret) throw new Error('what came back is not what was put');
    return ok(FILES, { en: `kept in ${place.en}`, fr: `conservés dans ${place.fr}` });
  } catch (error) {
    const reason = networkReason(error);
    return fail(
      FILES,
      {
        en: `${place.en} does not keep them: ${reason}.`,
        fr: `${place.fr} ne les conserve pas : ${reason}.`,
      },
      {
        en: 'Recordings wait at the provider meanwhile. Check BLOB_STORE and the S3_… settings, and that the keys may put, get, list and delete.',
        fr: "Les enregistrements attendent chez l'opérateur. Vérifiez BLOB_STORE et les réglages S3_…, et que les clés permettent d'écrire, lire, lister et supprimer.",
      },
    );
  }
}

const DATABASE: Words = { en: 'the database', fr: 'la base de données' };
