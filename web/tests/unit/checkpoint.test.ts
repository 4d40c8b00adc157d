// SPDX-License-Identifier: Apache-2.0
// The page's own look at a checkpoint: the newest event's bytes out of FORMAT.md's document, a path of Certificate
// Transparency's test tree, and a signed note made here.

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { newest_event } from '../../src/core/cflog';
import { inspect, root_of } from '../../src/core/checkpoint';
import type { Inclusion } from '../../src/core/forms';

const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const hex_of = (bytes: Uint8Array | null): string => Buffer.from(bytes ?? []).toString('hex');

const format = readFileSync(new URL('../../../events/FORMAT.md', import.meta.url), 'utf8');
function block(name: string): Uint8Array<ArrayBuffer> {
  const text = format.split(`\`\`\`hex ${name}\n`)[1]!.split('```')[0]!;
  return hex(text.split('\n').map((line) => line.split('  ')[0]!.replace(/ /g, '')).join(''));
}

describe('the newest event', () => {
  test('has the bytes and the position it was stored with', () => {
    const event = newest_event(block('cflog'));
    expect(event?.seq).toBe(1n);
    expect(hex_of(event!.bytes)).toBe(hex_of(block('event')));
  });

  test('is not found in a document that ends early', () => {
    expect(() => newest_event(block('cflog').slice(0, 60))).toThrow('The log ends');
  });
});

describe('a path', () => {
  // Leaf 0 of the eight of RFC 6962's reference implementation.
  const leaf = hex('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  const path = [
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ].map(hex);
  const root = '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328';

  test('leads to the root, and from another place or cut short does not', async () => {
    expect(hex_of(await root_of(leaf, 0, 8, path))).toBe(root);
    expect(hex_of(await root_of(leaf, 1, 8, path))).not.toBe(root);
    expect(await root_of(leaf, 0, 8, path.slice(1))).toBeNull();
    expect(await root_of(leaf, 8, 8, path)).toBeNull();
  });
});

describe('a checkpoint', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
  const event = { seq: 1n, bytes: block('event') };
  const root = createHash('sha256').update(Buffer.of(0)).update(event.bytes).digest('base64');
  const id = createHash('sha256').update('creditfold/us\n').update(key).digest().subarray(0, 4);
  const text = `creditfold/us\n1\n${root}\n`;
  const note = (of: string): string =>
    `${of}\n— creditfold/us ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`;
  const inclusion = (of: string): Inclusion => ({
    region: 'us', account: 'acme', version: 1, seq: 1, leaf_index: 0, leaf_hash: root, path: [],
    checkpoint: { size: 1, at: '2026-03-01T12:00:00Z', note: note(of) },
    vkey: `creditfold/us+${id.toString('hex')}+${key.toString('base64')}`,
  });

  test('of one event proves it, signed by whose key it is', async () => {
    expect(await inspect(inclusion(text), event)).toEqual({
      size: 1, origin: 'creditfold/us', included: true, signature: 'good', key_id: id.toString('hex'),
    });
  });

  test('of another event, or with another text under its signature, proves nothing', async () => {
    const other = { seq: 1n, bytes: event.bytes.slice(1) };
    expect(await inspect(inclusion(text), other)).toMatchObject({ included: false, signature: 'good' });
    expect(await inspect(inclusion(`creditfold/us\n2\n${root}\n`), event)).toMatchObject({ included: false, signature: 'bad' });
    await expect(inspect(inclusion('nothing\n'), event)).rejects.toThrow('three lines');
  });
});
