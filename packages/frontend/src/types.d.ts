/** What the API answers, as its OpenAPI description says. Fields with a question mark are missing from older ones. */

export type Status = "queued" | "preparing" | "scanning" | "scoring" | "complete" | "failed";

/** Bytes or bases of one step of a genome's preparation. */
export interface PartProgress {
  part: string;
  done: number;
  total: number;
}

export interface Job {
  jobId: string;
  genome: string;
  kind: "sequence" | "guides";
  /** The part of the genome that is the sequence, as it was asked for. */
  region?: string | null;
  status: Status;
  /** `guides` is null until the query is scanned; the other two count guides that are scored. */
  progress: { guides: number | null; onTarget: number; offTarget: number };
  genomeProgress?: PartProgress | null;
  genomeName?: string | null;
  organism?: string | null;
  reason: string | null;
  options: { consensus: number };
  created: string;
  updated: string;
  expires: string;
}

export interface Genome {
  genome: string;
  name: string | null;
  organism?: string | null;
  state: "absent" | "uploading" | "preparing" | "ready" | "failed";
  reason: string | null;
  /** The steps of its preparation, and those that are done. */
  parts: string[];
  done: string[];
  progress?: PartProgress | null;
  place?: "lambda" | "worker" | null;
  bases: number | null;
  expectedBases?: number | null;
  /** When its preparation was asked for, and how long that takes from then on. */
  began?: string | null;
  expectedSeconds?: number | null;
  annotated?: boolean;
  updated: string;
}

/** An assembly of NCBI. */
export interface Assembly {
  accession: string;
  organism: string;
  commonName: string | null;
  name: string;
  level: string;
  bases: number;
  contigs: number;
  reference: boolean;
  /** The accession of a newer version. */
  replacedBy?: string | null;
  /** What its preparation would take. */
  expectedSeconds?: number;
}

/** A guide with the columns of `crackling design`. Positions are 0-based and half-open. */
export interface Target {
  id: number;
  contig: string;
  start: number;
  end: number;
  strand: "+" | "-";
  guide: string;
  pam: string;
  gc: number;
  chopchop: boolean;
  mm10db: boolean;
  sgrnascorer2: boolean;
  sgrnascorer2_score: number;
  structure: string | null;
  energy: number | null;
  consensus: number;
  efficient: boolean;
  mit: number;
  cfd: number;
  specific: boolean;
  mm0: number;
  mm1: number;
  mm2: number;
  mm3: number;
  mm4: number;
  unique: boolean;
  warnings: string[];
  gene?: string | null;
  feature?: string | null;
}

export interface TargetsPage {
  guides: number | null;
  targets: Target[];
  next: string | null;
}

/** `alignment` has a dot for each base that matches the guide, and the site's base elsewhere. */
export interface OffTarget {
  contig: string;
  start: number;
  end: number;
  strand: "+" | "-";
  site: string;
  pam: string;
  mismatches: number;
  alignment: string;
  mit: number;
  cfd: number;
  gene?: string | null;
  feature?: string | null;
}

export interface OffTargets {
  guide: string;
  /** How many there are, of which the list may hold fewer. */
  total: number;
  offTargets: OffTarget[];
}

/** A form that takes a file: all fields first, then the file as `file`. */
export interface Upload {
  url: string;
  fields: Record<string, string>;
  limit: number;
}

export interface Announced {
  upload: Upload;
  /** A second form, where one was asked for. */
  annotationUpload?: Upload | null;
}

/** Exactly one of the first three. */
export interface NewJob {
  fasta?: string;
  sequence?: string;
  guides?: string[];
  genome: string;
  options: { consensus: number };
  /** Whom to mail when it is over. */
  email?: string;
}

/** A file of a prepared genome; the address holds for a quarter of an hour. */
export interface GenomeFile {
  part: string;
  name: string;
  bytes: number;
  url: string;
}

export interface About {
  versions: Record<string, string | number>;
  /** Of the addresses that a job can mail. */
  mailDomains?: string[];
  limits: Limits;
}

/** What a job may be; `letters` counts headers and line ends too. */
export interface Limits {
  bases: number;
  guides: number;
  letters: number;
}

export type ExportFormat = "csv" | "tsv" | "json" | "bed" | "gff3" | "xlsx" | "genbank" | "fasta" | "html";

/** What is shown now; `stop` ends whatever it does by itself. */
export interface View {
  title: string;
  stop: () => void;
}
