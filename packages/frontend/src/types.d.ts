/** Names of the page for what the API takes and answers, whose types are generated from its description. */

import type { components } from "./openapi.js";

type Schemas = components["schemas"];

export type About = Schemas["AboutView"];
export type AnnouncedGenome = Schemas["GenomeCreated"];
export type Assembly = Schemas["AssemblyView"];
export type Column = Schemas["ColumnView"];
export type ExportFormat = Schemas["FormatView"];
export type Genome = Schemas["GenomeView"];
export type GenomeFile = Schemas["FileView"];
export type IndexDownload = Schemas["IndexDownloadView"];
export type Job = Schemas["JobView"];
export type JobSummary = Schemas["JobSummary"];
export type JobsPage = Schemas["JobsView"];
export type Limits = Schemas["LimitsView"];
export type NewJob = Schemas["NewJob"];
export type NewJobAnswer = Schemas["JobCreated"];
export type OffTarget = Schemas["OffTarget"];
export type OffTargets = Schemas["OffTargetsView"];
export type PartProgress = Schemas["PartProgress"];
export type Ranking = Schemas["RankingView"];
export type Target = Schemas["Target"];
export type TargetsPage = Schemas["TargetsView"];
export type Upload = Schemas["UploadView"];
export type Versions = Schemas["VersionsView"];

/** The view that is shown now; `stop` ends whatever it does by itself. */
export interface View {
  title: string;
  stop: () => void;
}
