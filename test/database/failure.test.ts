import pg from 'pg';
import { describe, expect, it } from 'vitest';
import {
  isLockedOut,
  mayFailForSome,
  reasonToWait,
  refusalOf,
  StatementFailed,
} from '../../src/database/failure.ts';
import { Refusal } from '../../src/errors/refusals.ts';

function failed(state: string): StatementFailed {
  const error = new pg.DatabaseError('duplicate key value "secret" violates', 0, 'error');
  error.code = state;
  return new StatementFailed(error);
}

const broken = (message: string, code?: string) =>
  new StatementFailed(Object.assign(new Error(message), code && { code }));

describe('a statement that fails with SQLSTATE', () => {
  it.each([
    ['08000', 'the connection'],
    ['08006', 'the connection, in the middle'],
    ['25006', 'a server that only reads'],
    ['40001', 'another transaction'],
    ['40003', 'nobody knows'],
    ['40P01', 'a deadlock'],
    ['53100', 'a full disk'],
    ['53200', 'no memory'],
    ['53300', 'too many connections'],
    ['55P03', 'a lock'],
    ['57P01', 'an end by the operator'],
    ['57P02', 'a crash'],
    ['57P03', 'a start that is not over'],
  ])('%s, for %s, is UNAVAILABLE: trying again may help', (state) => {
    const refusal = refusalOf(failed(state), { isWrite: false });
    expect(refusal).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not_applied',
      headers: { 'retry-after': '1' },
    });
    expect(refusal.message).not.toContain('secret');
  });

  it.each(['23505', '23502', '22001', '22021', '42601', '42P01', '26000', '42P05', '0A000', 'XX000'])(
    '%s is a fault, whose words reach nobody',
    (state) => {
      expect(refusalOf(failed(state), { isWrite: true })).not.toBeInstanceOf(Refusal);
    },
  );

  it.each([true, false])(
    '57014 is TIMEOUT: it was undone, and the same would take as long again (write: %s)',
    (isWrite) => {
      expect(refusalOf(failed('57014'), { isWrite })).toMatchObject({ code: 'TIMEOUT' });
    },
  );

  it('none at all is UNAVAILABLE: the connection broke', () => {
    expect(refusalOf(broken('Connection terminated'), { isWrite: false })).toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it.each([
    ['undoes the write', failed('55P03'), 'not_applied'],
    ['undoes the write', failed('40001'), 'not_applied'],
    ['may come after it', failed('57P01'), 'unknown'],
    ['may come after it', failed('08006'), 'unknown'],
    ['may come after it', failed('40003'), 'unknown'],
    ['lost its answer', broken('Connection terminated unexpectedly'), 'unknown'],
    ['lost its answer', broken('read ECONNRESET', 'ECONNRESET'), 'unknown'],
    ['was never sent', broken('connect ECONNREFUSED', 'ECONNREFUSED'), 'not_applied'],
    ['was never sent', broken('timeout exceeded when trying to connect'), 'not_applied'],
    ['was never sent', broken('Connection terminated due to connection timeout'), 'not_applied'],
  ])('%s: %o', (_, error, outcome) => {
    expect(refusalOf(error, { isWrite: true })).toMatchObject({ code: 'UNAVAILABLE', outcome });
  });

  it.each(['22021', '23505', '40001', '40P01', '53200', '54000', '55P03', '57014', 'XX001'])(
    '%s may be the doing of one call: the others are sent again without it',
    (state) => expect(mayFailForSome(failed(state))).toBe(true),
  );

  it.each([
    '08006',
    '25006',
    '40003',
    '42P01',
    '26000',
    '53100',
    '53300',
    '57P01',
    '57P03',
    '58030',
    'XX000',
  ])('%s concerns all calls of a statement: none is sent again', (state) =>
    expect(mayFailForSome(failed(state))).toBe(false),
  );

  it('none at all concerns all calls: they may have been done', () => {
    expect(mayFailForSome(broken('Connection terminated'))).toBe(false);
  });

  it('55P03 waited for a row in vain, and no other did', () => {
    expect([isLockedOut(failed('55P03')), isLockedOut(failed('57014')), isLockedOut(new Error())]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a database that lets nobody in', () => {
  it.each([
    ['refuses', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['is starting', failed('57P03').cause, '57P03'],
    ['is full', failed('53300').cause, '53300'],
    ['says nothing', new Error('timeout expired'), 'no answer'],
    ['hangs up', new Error('Connection terminated unexpectedly'), 'no answer'],
    ['takes another password', failed('28P01').cause, undefined],
    ['takes a password', new Error('SASL: client password must be a string'), undefined],
    ['has another name', failed('3D000').cause, undefined],
  ])('because it %s is waited for where that may change', (_, error, reason) => {
    expect(reasonToWait(error)).toBe(reason);
  });
});
