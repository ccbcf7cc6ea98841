import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { newUuid } from '../organisation.ts';

/** The upper bits of an event's number count milliseconds from this time; the lower 24 bits distinguish events. */
const EPOCH_MS = 1_264_262_865_000;
const UID_BYTES = 18;
const UID_LENGTH = 24;
const UUID_LENGTH = 36;

/** The ids of an event: `number` in v1, `id` in v2 lists, `uid` in the response of the v2 intake. */
export interface EventIds {
  readonly number: string;
  readonly uid: string;
  readonly id: string;
}

/** Creates the ids of an event received at a time in epoch milliseconds; `serial` distinguishes events of the same time. */
export function newEventIds(ms: number, serial: number): EventIds {
  const number = (BigInt(Math.trunc(ms) - EPOCH_MS) << 24n) | (BigInt(serial) & 0xff_ffffn);
  const uid = Buffer.alloc(UID_BYTES);
  uid.writeUIntBE(Math.trunc(ms), 0, 6);
  randomBytes(8).copy(uid, 8);
  return { number: String(number), uid: uid.toString('base64url'), id: idOf(ms, uid.toString('base64url')) };
}

/** Returns the time in an `id`, in epoch milliseconds; undefined for any other kind of id. */
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
