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

describe('a statement that fails', () => {
  it.each([
    ['08000', 'a connection error'],
    ['08006', 'a lost connection'],
    ['25006', 'a read-only server'],
    ['40001', 'a conflict with another transaction'],
    ['40003', 'an unknown outcome'],
    ['40P01', 'a deadlock'],
    ['53100', 'a full disk'],
    ['53200', 'lack of memory'],
    ['53300', 'too many connections'],
    ['55P03', 'a locked row or table'],
    ['57P01', 'termination by an operator'],
    ['57P02', 'a crash'],
    ['57P03', 'a server that is starting'],
  ])('with %s, %s, is UNAVAILABLE and may be retried', (state) => {
    const refusal = refusalOf(failed(state), { isWrite: false });
    expect(refusal).toMatchObject({
      code: 'UNAVAILABLE',
      outcome: 'not_applied',
      headers: { 'retry-after': '1' },
    });
    expect(refusal.message).not.toContain('secret');
  });

  it.each(['23505', '23502', '22001', '22021', '42601', '42P01', '26000', '42P05', '0A000', 'XX000'])(
    'with %s is a fault, not a refusal',
    (state) => {
      expect(refusalOf(failed(state), { isWrite: true })).not.toBeInstanceOf(Refusal);
    },
  );

  // It was rolled back, and the same statement would take as long again.
  it.each([true, false])('with 57014 is TIMEOUT (write: %s)', (isWrite) => {
    expect(refusalOf(failed('57014'), { isWrite })).toMatchObject({ code: 'TIMEOUT' });
  });

  it('without an SQLSTATE is UNAVAILABLE, because the connection broke', () => {
    expect(refusalOf(broken('Connection terminated'), { isWrite: false })).toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  it.each([
    ['was rolled back', failed('55P03'), 'not_applied'],
    ['was rolled back', failed('40001'), 'not_applied'],
    ['may have been committed', failed('57P01'), 'unknown'],
    ['may have been committed', failed('08006'), 'unknown'],
    ['may have been committed', failed('40003'), 'unknown'],
    ['lost its answer', broken('Connection terminated unexpectedly'), 'unknown'],
    ['lost its answer', broken('read ECONNRESET', 'ECONNRESET'), 'unknown'],
    ['was never sent', broken('connect ECONNREFUSED', 'ECONNREFUSED'), 'not_applied'],
    ['was never sent', broken('timeout exceeded when trying to connect'), 'not_applied'],
    ['was never sent', broken('Connection terminated due to connection timeout'), 'not_applied'],
  ])('and %s says whether the write was applied: %o', (_, error, outcome) => {
    expect(refusalOf(error, { isWrite: true })).toMatchObject({ code: 'UNAVAILABLE', outcome });
  });

  it.each(['22021', '23505', '40001', '40P01', '53200', '54000', '55P03', '57014', 'XX001'])(
    'with %s may be caused by one call, so the others are sent again without it',
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
  ])('with %s concerns all of its calls, so none is sent again', (state) =>
    expect(mayFailForSome(failed(state))).toBe(false),
  );

  it('without an SQLSTATE concerns all of its calls, which may have been applied', () => {
    expect(mayFailForSome(broken('Connection terminated'))).toBe(false);
  });

  it('with 55P03 was locked out, unlike with other errors', () => {
    expect([isLockedOut(failed('55P03')), isLockedOut(failed('57014')), isLockedOut(new Error())]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a database that accepts no connection', () => {
  it.each([
    ['refuses it', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['is starting', failed('57P03').cause, '57P03'],
    ['is full', failed('53300').cause, '53300'],
    ['does not answer', new Error('timeout expired'), 'no answer'],
    ['hangs up', new Error('Connection terminated unexpectedly'), 'no answer'],
    ['expects another password', failed('28P01').cause, undefined],
    ['expects a password', new Error('SASL: client password must be a string'), undefined],
    ['has another name', failed('3D000').cause, undefined],
  ])('because it %s is waited for only if that may change', (_, error, reason) => {
    expect(reasonToWait(error)).toBe(reason);
  });
});
