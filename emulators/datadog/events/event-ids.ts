import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { newUuid } from '../organisation.ts';

/** Numbers of events count milliseconds from here, and have 24 bits more. */
const EPOCH_MS = 1_264_262_865_000;
const UID_BYTES = 18;
const UID_LENGTH = 24;
const UUID_LENGTH = 36;

/** The ids of an event: `number` is that of the first API; `id` is what lists show, `uid` what the intake answers. */
export interface EventIds {
  readonly number: string;
  readonly uid: string;
  readonly id: string;
}

/** Makes the ids of an event that came at a time, epoch milliseconds; `serial` tells it from others of that time. */
export function newEventIds(ms: number, serial: number): EventIds {
  const number = (BigInt(Math.trunc(ms) - EPOCH_MS) << 24n) | (BigInt(serial) & 0xff_ffffn);
  const uid = Buffer.alloc(UID_BYTES);
  uid.writeUIntBE(Math.trunc(ms), 0, 6);
  randomBytes(8).copy(uid, 8);
  return { number: String(number), uid: uid.toString('base64url'), id: idOf(ms, uid.toString('base64url')) };
}

/** When an event with such an id came, epoch milliseconds; undefined where it is none of those that lists show. */
export function timeInId(id: string): number | undefined {
  const bytes = Buffer.from(id, 'base64url');
  return bytes.length > 9 + UID_LENGTH && bytes[0] === 2 ? Number(bytes.readBigUInt64BE(1)) : undefined;
}

function idOf(ms: number, uid: string): string {
  const head = Buffer.alloc(25);
  head.writeUInt8(2, 0);
  head.writeBigUInt64BE(BigInt(Math.trunc(ms)), 1);
  randomBytes(4).copy(head, 9);
  head.writeUInt32BE(UID_LENGTH, 17);
  const middle = Buffer.alloc(8);
  middle.writeUInt32BE(UUID_LENGTH, 0);
  return Buffer.concat([head, Buffer.from(uid), middle, Buffer.from(newUuid())]).toString('base64url');
}
