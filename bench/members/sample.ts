import type { Sample } from '../data.ts';

/** An account that requests come from. */
export interface MemberSample extends Sample {
  /** Ids of customers who are in ten segments each, all of them in `ids`. */
  customers: string[];
  /** Members of segments. */
  found: { segmentId: string; customerId: string }[];
  /** Ids of segments whose members the load changes. They have none at the beginning. */
  written: string[];
}

/** A part of the list of a segment's members. */
export interface Stretch {
  /** Customers after whom pages begin, with their cursors. */
  starts: { customerId: string; cursor: string }[];
}

/** The segment that has a tenth of all members. */
export interface Largest {
  sample: MemberSample;
  segmentId: string;
  members: number;
  beginning: Stretch;
  middle: Stretch;
  end: Stretch;
}

/** The database of a run. */
export interface MemberData {
  url: string;
  /** The version of Postgres. */
  version: string;
  members: number;
  samples: MemberSample[];
  largest: Largest;
  /** The customer who is in most segments. */
  widest: { sample: MemberSample; customerId: string; segments: number };
}
