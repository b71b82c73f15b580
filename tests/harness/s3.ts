import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A bucket on this machine: as much of S3 as Relais uses, with every request's signature checked as Amazon does. */
export interface TestBucket {
  endpoint: string;
  settings: {
    BLOB_STORE: 's3';
    S3_ENDPOINT: string;
    S3_REGION: string;
    S3_BUCKET: string;
    S3_ACCESS_KEY_ID: string;
    S3_SECRET_ACCESS_KEY: string;
    S3_PREFIX: string;
  };
  objects: Map<string, { bytes: Buffer; at: Date }>;
  /** Uploads in parts that have neither ended nor been given up. */
  uploads: Map<string, Map<number, Buffer>>;
  /** `METHOD what`, e.g. PUT part; and those that were refused, with the reason. */
  asked: string[];
  refused: string[];
  /** While it answers a status, that is the answer to what it is asked about. */
  fail: ((asked: string) => number | null) | null;
  close(): Promise<void>;
}

const REGION = 'eu-test-1';
const BUCKET = 'recordings-of-a-test';
const KEY_ID = 'AKIATESTTESTTESTTEST';
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const hex = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const mac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
/** RFC 3986, as AWS encodes. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * AWS Signature Version 4, computed anew from what arrived. @returns why the request is not to be trusted, or null.
 */
function signatureFault(request: IncomingMessage, body: Buffer): string | null {
  const { authorization = '' } = request.headers;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!match) return `no signature: ${authorization.slice(0, 40)}`;
  const [, keyId, day, region, names, signature] = match as unknown as string[];
  if (keyId !== KEY_ID || region !== REGION) return 'another key or region';
  for (const needed of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!names!.split(';').includes(needed)) return `${needed} is not signed`;
  const claimed = String(request.headers['x-amz-content-sha256']);
  if (claimed !== hex(body)) return `the body is not what was signed: ${claimed}`;
  const url = new URL(request.url!, 'http://x');
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const headers = names!.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const path = url.pathname
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/');
  const canonical = [request.method, path, query.join('&'), headers.join(''), names, claimed].join('\n');
  const date = String(request.headers['x-amz-date']);
  if (!date.startsWith(day!)) return 'another day';
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, hex(canonical)].join('\n');
  const key = mac(mac(mac(mac(`AWS4${SECRET}`, day!), region!), 's3'), 'aws4_request');
  return mac(key, toSign).toString('hex') === signature ? null : 'the signature does not fit';
}

interface Call {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  key: string;
  query: URLSearchParams;
}

const xml = (response: ServerResponse, status: number, text: string) =>
  void response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${text}`);
const failure = (response: ServerResponse, status: number, code: string) =>
  xml(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);

/** What a request is, in two words. */
function nameOf({ request, query }: Call): string {
  if (query.has('list-type')) return 'GET list';
  if (query.has('uploads')) return 'POST upload';
  if (query.has('partNumber')) return 'PUT part';
  if (query.has('uploadId')) return request.method === 'POST' ? 'POST complete' : 'DELETE upload';
  return `${request.method} object`;
}

export async function startBucket(): Promise<TestBucket> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url!, 'http://x');
    const [, bucketName, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const call = {
      request,
      response,
      body: Buffer.concat(chunks),
      key: rest.join('/'),
      query: url.searchParams,
    };
    const fault = signatureFault(request, call.body);
    if (fault) {
      bucket.refused.push(fault);
      return failure(response, 403, 'SignatureDoesNotMatch');
    }
    if (bucketName !== BUCKET) return failure(response, 404, 'NoSuchBucket');
    const asked = nameOf(call);
    bucket.asked.push(asked);
    const status = bucket.fail?.(asked);
    if (status) return failure(response, status, status === 403 ? 'AccessDenied' : 'InternalError');
    ANSWERS[asked]!(bucket, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bucket: TestBucket = {
    endpoint,
    settings: {
      ...{ BLOB_STORE: 's3', S3_ENDPOINT: endpoint, S3_REGION: REGION, S3_BUCKET: BUCKET },
      ...{ S3_ACCESS_KEY_ID: KEY_ID, S3_SECRET_ACCESS_KEY: SECRET, S3_PREFIX: 'relais/' },
    },
    ...{ objects: new Map(), uploads: new Map(), asked: [], refused: [], fail: null },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return bucket;
}

const ANSWERS: Record<string, (bucket: TestBucket, call: Call) => void> = {
  'PUT object': ({ objects }, { response, key, body }) => {
    objects.set(key, { bytes: body, at: new Date() });
    response.writeHead(200, { etag: `"${hex(body)}"` }).end();
  },
  'GET object': ({ objects }, { request, response, key }) => {
    const found = objects.get(key);
    if (!found) return failure(response, 404, 'NoSuchKey');
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!;
    if (Number(first) >= found.bytes.length) return failure(response, 416, 'InvalidRange');
    const part = found.bytes.subarray(Number(first), Number(last) + 1);
    response
      .writeHead(206, {
        'content-length': part.length,
        'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${found.bytes.length}`,
      })
      .end(part);
  },
  'HEAD object': ({ objects }, { response, key }) => {
    const found = objects.get(key);
    response.writeHead(found ? 200 : 404, found ? { 'content-length': found.bytes.length } : {}).end();
  },
  'DELETE object': ({ objects }, { response, key }) => {
    objects.delete(key);
    response.writeHead(204).end();
  },
  'POST upload': ({ uploads }, { response, key }) => {
    const id = randomUUID();
    uploads.set(id, new Map());
    xml(
      response,
      200,
      `<InitiateMultipartUploadResult><Bucket>${BUCKET}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    );
  },
  'PUT part': ({ uploads }, { response, query, body }) => {
    const parts = uploads.get(query.get('uploadId')!);
    if (!parts) return failure(response, 404, 'NoSuchUpload');
    parts.set(Number(query.get('partNumber')), body);
    response.writeHead(200, { etag: `"${hex(body)}"` }).end();
  },
  'POST complete': ({ objects, uploads }, { response, query, key, body }) => {
    const id = query.get('uploadId')!;
    const parts = uploads.get(id);
    if (!parts) return failure(response, 404, 'NoSuchUpload');
    const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part!)![1]),
      etag: /<ETag>(.*?)</.exec(part!)![1]!.replaceAll('&quot;', '"'),
    }));
    const whole: Buffer[] = [];
    for (const { number, etag } of named) {
      const part = parts.get(number);
      if (!part || etag !== `"${hex(part)}"`) return failure(response, 400, 'InvalidPart');
      if (number < named.length && part.length < 5 * 1024 * 1024)
        return failure(response, 400, 'EntityTooSmall');
      whole.push(part);
    }
    objects.set(key, { bytes: Buffer.concat(whole), at: new Date() });
    uploads.delete(id);
    xml(response, 200, `<CompleteMultipartUploadResult><Key>${key}</Key></CompleteMultipartUploadResult>`);
  },
  'DELETE upload': ({ uploads }, { response, query }) => {
    uploads.delete(query.get('uploadId')!);
    response.writeHead(204).end();
  },
  // Two to a page, so that there are pages.
  'GET list': ({ objects }, { response, query }) => {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const contents = keys
      .slice(0, 2)
      .map(
        (key) =>
          `<Contents><Key>${key}</Key><LastModified>${objects.get(key)!.at.toISOString()}</LastModified></Contents>`,
      );
    const next = keys.length > 2 ? `<NextContinuationToken>${keys[1]}</NextContinuationToken>` : '';
    xml(
      response,
      200,
      `<ListBucketResult><IsTruncated>${keys.length > 2}</IsTruncated>${contents.join('')}${next}</ListBucketResult>`,
    );
  },
};
