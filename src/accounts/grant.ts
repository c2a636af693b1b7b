import type { Values } from '../database/statement.ts';
import type { Viewer } from './viewer.ts';

/** The viewer of a valid token, and how much longer the token is valid: Infinity if it does not expire. */
export interface Grant {
  viewer: Viewer;
  millisecondsLeft: number;
}

/** Reads the digest of a token and its grant from a row: digest, id, account, name, scopes, and the milliseconds left. */
export function grantOf([digest, id, accountId, name, scopes, left]: Values): [string, Grant] {
  const viewer = {
    accountId: String(accountId),
    callerId: String(digest),
    tokenId: String(id),
    scopes: new Set(Array.isArray(scopes) ? scopes : []),
    actor: { kind: 'TOKEN' as const, id: String(id), name: String(name) },
  };
  return [String(digest), { viewer, millisecondsLeft: left === null ? Infinity : Number(left) }];
}
