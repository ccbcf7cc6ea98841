import type { Lease, LeaseName } from '../ledger/port.ts';
import type { Finding } from '../domain/finding.ts';
import type { DocumentPlan, LiveState } from './document/document-plan.ts';
import type { ReadDocument } from './document/read-document.ts';
import type { Ports } from './ports.ts';
import type { PipelineRequest } from './request.ts';

/** What every step of one request has at hand. */
export interface Scope {
  readonly request: PipelineRequest;
  readonly ports: Ports;
  /** Calls `release` after the last step, or after the one that throws. */
  readonly atEnd: (release: () => void) => void;
}

/** A step: gets what the steps before it found, and returns what is known after it. Throws ProblemError. */
export type Step<Known, Next> = (known: Known, scope: Scope) => Promise<Next>;

/** What a request is about. One object is a document with one entry. */
export interface Wanted {
  readonly document: ReadDocument;
}

/** What a write is about. */
export interface WantedWrite extends Wanted {
  /** What the leases are taken for: everything that may be written. */
  readonly names: readonly LeaseName[];
}

/** After the step `takeLeases`. */
export interface Leased {
  readonly lease: Lease;
}

/** After the step `settleUnleased`. */
export interface Settled {
  /** A warning if the ledger is unavailable. */
  readonly unavailable: readonly Finding[];
}

/** After the step `readLiveObjects`. */
export interface Read {
  readonly live: LiveState;
}

/** After the step `planChanges`. */
export interface Compared extends Wanted, Read {
  readonly plan: DocumentPlan;
}

/** Steps that run one after the other. Each is given what the one before it returned. */
export class Steps<Start, End> {
  /** The names of the steps, in order. */
  readonly names: readonly string[];
  private readonly all: Step<Start, End>;

  constructor(all: Step<Start, End>, names: readonly string[] = [all.name]) {
    this.all = all;
    this.names = names;
  }

  /** Returns these steps with one more at the end. */
  next<Next>(step: Step<End, Next>): Steps<Start, Next> {
    const { all, names } = this;
    return new Steps<Start, Next>(
      async (known, scope) => step(await all(known, scope), scope),
      [...names, step.name],
    );
  }

  /** Runs the steps for a request. */
  async run(start: Start, request: PipelineRequest, ports: Ports): Promise<End> {
    const releases: (() => void)[] = [];
    try {
      return await this.all(start, { request, ports, atEnd: (release) => releases.push(release) });
    } finally {
      for (const release of releases) release();
    }
  }
}
