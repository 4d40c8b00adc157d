// SPDX-License-Identifier: Apache-2.0
// A stand-in for AWS KMS over real HTTP on loopback: its JSON API as far as wrapping a data key needs it. Signatures are
// verified with another's library, wrapping is real (AES-GCM under a key per ARN, the encryption context authenticated),
// and it can be told to be slow, down, throttled, or to refuse.
import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

const clock_skew_ms = 5 * 60 * 1000;

class Refused extends Error {
  constructor(status, type) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** Signs what arrived anew, with the headers its sender signed, and compares. */
async function verify(request, body, credentials) {
  const authorization = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
    .exec(request.headers.authorization ?? '');
  if (!authorization) throw new Refused(400, 'MissingAuthenticationTokenException');
  const [, key_id, day, region, service, signed, signature] = authorization;
  const names = signed.split(';');
  // AWS wants the host and every x-amz- header among what is signed.
  const needed = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (service !== 'kms' || needed.some((name) => !names.includes(name))) throw new Refused(403, 'IncompleteSignatureException');
  if (key_id !== credentials.accessKeyId) throw new Refused(403, 'UnrecognizedClientException');
  const stamp = request.headers['x-amz-date'] ?? '';
  const at = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!stamp.startsWith(day) || !(Math.abs(Date.now() - at) < clock_skew_ms)) throw new Refused(403, 'SignatureDoesNotMatchException');
  if ((request.headers['x-amz-security-token'] ?? undefined) !== credentials.sessionToken) {
    throw new Refused(403, 'InvalidClientTokenIdException');
  }
  const signer = new SignatureV4({ service, region, sha256: Sha256, credentials, applyChecksum: false });
  const headers = Object.fromEntries(names.filter((name) => name !== 'x-amz-security-token')
    .map((name) => [name, request.headers[name]]));
  const again = await signer.sign(
    { method: request.method, protocol: 'http:', hostname: 'unused', path: request.url, query: {}, headers, body },
    { signingDate: at, signableHeaders: new Set(names) },
  );
  const [, expected] = /Signature=([0-9a-f]{64})/.exec(again.headers.authorization);
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) throw new Refused(403, 'SignatureDoesNotMatchException');
  return region;
}

const context_bytes = (context) =>
  Buffer.from(JSON.stringify(Object.entries(context ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))));

export class StandIn {
  /** ARNs by their state: 'Enabled', 'Disabled' … with the secret of each. */
  #keys = new Map();
  #server;
  #sockets = new Set();
  /** Operations asked, in order, each with the key; those refused too. */
  calls = [];
  /** Codes to answer the next calls with, one each; 'drop' closes the connection. */
  next = [];
  denied = new Set();
  slow = false;
  #held = [];

  constructor(credentials) {
    this.credentials = credentials;
  }

  add(arn, { state = 'Enabled', usage = 'ENCRYPT_DECRYPT', account = arn.split(':')[4] } = {}) {
    this.#keys.set(arn, { secret: randomBytes(32), state, usage, account });
  }
  set_state(arn, state) {
    this.#keys.get(arn).state = state;
  }
  get port() {
    return this.#server.address().port;
  }
  get url() {
    return `http://127.0.0.1:${this.port}/`;
  }

  async start(port = 0) {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise((listening) => this.#server.listen(port, '127.0.0.1', listening));
  }
  async stop() {
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
  /** Answers what was held back while it was slow. */
  release() {
    this.slow = false;
    for (const go of this.#held.splice(0)) go();
  }

  async #answer(request, response) {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const operation = (request.headers['x-amz-target'] ?? '').replace(/^TrentService\./, '');
    try {
      const region = await verify(request, body, this.credentials);
      const asked = JSON.parse(body.toString('utf8'));
      this.calls.push({ operation, key: asked.KeyId ?? asked.DestinationKeyId });
      if (this.slow) await new Promise((go) => this.#held.push(go));
      const told = this.next.shift();
      if (told === 'drop') return request.socket.destroy();
      if (told) throw new Refused(told === 'ThrottlingException' ? 400 : 500, told);
      const given = this.#operate(operation, asked, region);
      response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(JSON.stringify(given));
    } catch (error) {
      if (!(error instanceof Refused)) console.error(error);
      this.calls.push({ operation, refused: error.type ?? String(error) });
      response.writeHead(error.status ?? 500, { 'Content-Type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify({ __type: `com.amazonaws.kms#${error.type ?? 'KMSInternalException'}`, message: 'said in private' }));
    }
  }

  #operate(operation, asked, region) {
    switch (operation) {
      case 'DescribeKey': {
        const key = this.#key(asked.KeyId, region, { described: true });
        return { KeyMetadata: { AWSAccountId: key.account, Arn: asked.KeyId, KeyId: 'id', Enabled: key.state === 'Enabled',
          KeyState: key.state, KeyUsage: key.usage, CreationDate: 1.7e9 } };
      }
      case 'Encrypt':
        return { KeyId: asked.KeyId, CiphertextBlob: this.#seal(asked.KeyId, region, Buffer.from(asked.Plaintext, 'base64'),
          asked.EncryptionContext).toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      case 'Decrypt':
        return { KeyId: asked.KeyId, Plaintext: this.#open(asked.KeyId, region, asked.CiphertextBlob, asked.EncryptionContext)
          .toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
      case 'ReEncrypt': {
        const plain = this.#open(asked.SourceKeyId, region, asked.CiphertextBlob, asked.SourceEncryptionContext);
        return { KeyId: asked.DestinationKeyId, SourceKeyId: asked.SourceKeyId,
          CiphertextBlob: this.#seal(asked.DestinationKeyId, region, plain, asked.DestinationEncryptionContext).toString('base64') };
      }
      default:
        throw new Refused(400, 'UnknownOperationException');
    }
  }

  #key(arn, region, { described = false } = {}) {
    const key = this.#keys.get(arn);
    if (!key || arn.split(':')[3] !== region) throw new Refused(400, 'NotFoundException');
    if (this.denied.has(arn)) throw new Refused(400, 'AccessDeniedException');
    if (!described && key.state === 'Disabled') throw new Refused(400, 'DisabledException');
    if (!described && key.state !== 'Enabled') throw new Refused(400, 'KMSInvalidStateException');
    return key;
  }

  #seal(arn, region, plain, context) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key(arn, region).secret, nonce).setAAD(context_bytes(context));
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }
  #open(arn, region, blob, context) {
    const bytes = Buffer.from(blob, 'base64');
    const opener = createDecipheriv('aes-256-gcm', this.#key(arn, region).secret, bytes.subarray(0, 12))
      .setAAD(context_bytes(context)).setAuthTag(bytes.subarray(12, 28));
    try {
      return Buffer.concat([opener.update(bytes.subarray(28)), opener.final()]);
    } catch {
      throw new Refused(400, 'InvalidCiphertextException');
    }
  }
}
