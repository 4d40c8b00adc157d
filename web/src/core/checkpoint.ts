// SPDX-License-Identifier: Apache-2.0
// Whether an event is in a signed log, by the browser's own cryptography: its leaf hash and the path to the checkpoint's
// root (RFC 6962), and the note's signature (C2SP signed-note, Ed25519). Trusts no number it could compute.

import type { StoredEvent } from './cflog';
import { FaultError } from './fault';
import type { Inclusion } from './forms';

export interface Inspected {
  /** Events the checkpoint is over, as the signed text says. */
  size: number;
  origin: string;
  /** Whether the event, hashed here, leads to the root in the text. */
  included: boolean;
  /** `none`: this browser has no Ed25519. */
  signature: 'good' | 'bad' | 'none';
  /** The key's id, eight hexadecimal digits: who to compare it with. */
  key_id: string;
}

const leaf_prefix = Uint8Array.of(0);
const node_prefix = Uint8Array.of(1);
const ed25519_algorithm = 1;
const key_id_bytes = 4;

type Bytes = Uint8Array<ArrayBuffer>;

const bad = (what: string): FaultError => new FaultError({ code: 'bad_answer', message: `The checkpoint is none: ${what}.` });

function bytes_of(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    throw bad(`"${base64}" is no base64`);
  }
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

async function sha256(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...parts)));
}

/** RFC 9162, 2.1.3.2. Numbers, not bits: positions may be longer than 32 bits. */
export async function root_of(leaf: Bytes, index: number, size: number, path: readonly Bytes[]): Promise<Bytes | null> {
  let node = index;
  let last = size - 1;
  let hash = leaf;
  if (index < 0 || index >= size) return null;
  const up = (): void => {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  };
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = await sha256(node_prefix, sibling, hash);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      hash = await sha256(node_prefix, hash, sibling);
    }
    up();
  }
  return last === 0 ? hash : null;
}

interface Note {
  text: string;
  origin: string;
  size: number;
  root: Bytes;
  signatures: { name: string; bytes: Bytes }[];
}

function read_note(note: string): Note {
  const gap = note.lastIndexOf('\n\n');
  if (gap < 0 || !note.endsWith('\n')) throw bad('it has no signatures');
  const text = note.slice(0, gap + 1);
  const [origin, size, root] = text.split('\n');
  if (!origin || !root || !/^(0|[1-9][0-9]*)$/.test(size ?? '')) throw bad('it has no three lines');
  const signatures = note.slice(gap + 2, -1).split('\n').map((line) => {
    const found = /^— (\S+) (\S+)$/.exec(line);
    if (!found) throw bad(`"${line}" is no signature`);
    return { name: found[1]!, bytes: bytes_of(found[2]!) };
  });
  return { text, origin, size: Number(size), root: bytes_of(root), signatures };
}

async function verify_signature(note: Note, name: string, id: Uint8Array, key: Bytes): Promise<Inspected['signature']> {
  const mine = note.signatures.find((one) => one.name === name && same(one.bytes.subarray(0, key_id_bytes), id));
  if (!mine || note.origin !== name) return 'bad';
  let imported: CryptoKey;
  try {
    imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'NotSupportedError') return 'none';
    return 'bad';
  }
  const signature = mine.bytes.slice(key_id_bytes);
  const good = await crypto.subtle.verify('Ed25519', imported, signature, new TextEncoder().encode(note.text));
  return good ? 'good' : 'bad';
}

/** Throws a fault where there is nothing to look at: no cryptography in this page, or no note in the answer. */
export async function inspect(inclusion: Inclusion, event: StoredEvent): Promise<Inspected> {
  // Browsers keep it from pages that came over plain HTTP from another machine.
  if (!globalThis.crypto?.subtle) throw new FaultError({ code: 'no_cryptography', message: '' });
  const note = read_note(inclusion.checkpoint.note);
  // The key in base64 may have plus signs of its own.
  const [name = '', id = ''] = inclusion.vkey.split('+', 2);
  const key = bytes_of(inclusion.vkey.slice(name.length + id.length + 2));
  if (key[0] !== ed25519_algorithm) throw bad('its key is no Ed25519 key');
  const hashed = await sha256(new TextEncoder().encode(`${name}\n`), key);
  const leaf = await sha256(leaf_prefix, event.bytes);
  const root = await root_of(leaf, Number(event.seq - 1n), note.size, inclusion.path.map(bytes_of));
  return {
    size: note.size,
    origin: note.origin,
    included: root !== null && same(root, note.root),
    signature: await verify_signature(note, name, hashed.subarray(0, key_id_bytes), key.slice(1)),
    key_id: id,
  };
}
