/** What the method rests on. */

/** @type {{label: string, text: string, doi: string}[]} */
export const CITATIONS = [
  {
    label: "Crackling",
    text: "Bradford J, Chappell T, Perrin D (2022). Rapid whole-genome identification of high quality CRISPR guide RNAs with the Crackling method. The CRISPR Journal 5:410.",
    doi: "10.1089/crispr.2021.0102",
  },
  {
    label: "Consensus",
    text: "Bradford J, Perrin D (2019). Improving CRISPR guide design with consensus approaches. BMC Genomics 20:931.",
    doi: "10.1186/s12864-019-6315-1",
  },
  {
    label: "MIT score",
    text: "Hsu PD and others (2013). DNA targeting specificity of RNA-guided Cas9 nucleases. Nature Biotechnology 31:827.",
    doi: "10.1038/nbt.2647",
  },
  {
    label: "CFD score",
    text: "Doench JG and others (2016). Optimized sgRNA design to maximize activity and minimize off-target effects of CRISPR-Cas9. Nature Biotechnology 34:184.",
    doi: "10.1038/nbt.3437",
  },
  {
    label: "CHOPCHOP",
    text: "Labun K and others (2019). CHOPCHOP v3: expanding the CRISPR web toolbox beyond genome editing. Nucleic Acids Research 47:W171.",
    doi: "10.1093/nar/gkz365",
  },
  {
    label: "mm10db",
    text: "Sunagawa GA and others (2016). Mammalian reverse genetics without crossing reveals Nr3a as a short-sleeper gene. Cell Reports 14:662.",
    doi: "10.1016/j.celrep.2015.12.052",
  },
  {
    label: "sgRNAScorer 2.0",
    text: "Chari R, Yeo NC, Chavez A, Church GM (2017). sgRNA Scorer 2.0: a species-independent model to predict CRISPR/Cas9 activity. ACS Synthetic Biology 6:902.",
    doi: "10.1021/acssynbio.6b00343",
  },
  {
    label: "ViennaRNA",
    text: "Lorenz R and others (2011). ViennaRNA Package 2.0. Algorithms for Molecular Biology 6:26.",
    doi: "10.1186/1748-7188-6-26",
  },
];
