/* The off-target kernel: finds every site of a genome, builds its ISSL index and searches it.
 *
 * Pure functions over buffers that the caller owns: no allocation, no threads, no files, no globals. Whoever wants
 * several threads calls them from several threads on disjoint output.
 *
 * Words
 *   base        2 bits: A 0, C 1, G 2, T 3.
 *   site        20 nt beside a PAM of the form NRG (NGG or NAG), as a 40-bit number, first base (PAM-distal) highest.
 *   genome      4 bits a base, two a byte, low half first; OTHER marks a letter that no site may contain. The
 *               contigs follow each other, each begins at an even position and is followed by at least one OTHER.
 *   occurrence  a location of a site: 32 bits of position (first base of the 23 nt window, counted over the whole genome)
 *               and 4 bits of flags.
 *   entry       32 bits in a list: the bases of a site that the list's key does not say, above the code of how often
 *               the site occurs. Entries of a bucket (one key) are sorted.
 *   prefix list keyed by a site's first prefix_nt bases; suffix list by its last suffix_nt bases.
 *   code        (ngg, nag) occurrences: n = ngg + nag gives code n (n + 1) / 2 - 1 + nag. Codes that do not fit are
 *               ESCAPED: all bits one, and the pair stands in the overflow table.
 */
#ifndef CRACKLING_KERNEL_H
#define CRACKLING_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum {
    GUIDE_NT = 20,
    SITE_NT = 23,
    OTHER = 4,
    PARTITION_NT = 6, /* sites are sorted partition by partition: by their first 6 bases */
    PARTITIONS = 1 << (2 * PARTITION_NT),
    MAX_MISMATCHES = 6,
    OCCURRENCE_BYTES = 5, /* position (4, little-endian), flags (1) */
};

/* Flags of an occurrence. */
enum { REVERSE_STRAND = 1, PAM_IS_NGG = 2, PAM_BASE_SHIFT = 2 };

/* A site whose multiplicity does not fit its entries; the table is sorted by site. */
typedef struct {
    uint64_t site;
    uint32_t ngg, nag;
} overflow_t;

/* An index as it lies in memory (mapped from its file). A directory of n bases has 4^n + 1 numbers: bucket `key`
 * holds the entries directory[key] .. directory[key + 1]. */
typedef struct {
    uint32_t prefix_nt, suffix_nt; /* 5 .. 12 each, 20 at most together */
    uint64_t distinct;             /* entries in each list */
    const uint32_t *prefix_directory, *prefix_entries;
    const uint32_t *suffix_directory, *suffix_entries;
    uint64_t overflows;
    const overflow_t *overflow;
    const uint32_t *occurrence_directory; /* 4^prefix_nt + 1; NULL when positions are not wanted */
} index_t;

/* Weights of the two local scores. Positions count from the PAM (0: the base beside it); a last row of ones stands above the
 * site. */
typedef struct {
    double mit_kept[GUIDE_NT + 1];                   /* 1 - weight of a mismatch, Hsu et al. 2013 */
    double mit_spread[MAX_MISMATCHES + 1][GUIDE_NT]; /* [mismatches][first to last]: distance term / mismatches^2 */
    double cfd[GUIDE_NT + 1][4][4]; /* [position][guide's base][site's base], Doench et al. 2016; 1 where they match */
    double cfd_ngg, cfd_nag;       /* PAM weights */
} weights_t;

/* Buckets of a list that a search reads together. Keys that differ in their last base alone lie side by side, so a group is
 * either all four of them (when a mismatch is left for the last base) or the one whose last base matches. */
typedef struct {
    uint32_t change; /* XOR onto the guide's key; the last base is left as it is */
    uint16_t mismatches, buckets;
} group_t;

/* The sites that a search finds: all within `mismatches`. Those with at most `prefix_radius` mismatches in the first
 * prefix_nt bases come from the prefix list; the others have at most mismatches - 1 - prefix_radius in the rest and come
 * from the suffix list. No site comes from both. prefix_radius: -1 (suffix list alone) .. mismatches (prefix alone). */
typedef struct {
    int32_t mismatches, prefix_radius;
    const group_t *prefix_groups, *suffix_groups; /* of list_groups(), radii prefix_radius and mismatches - 1 - it */
    uint64_t prefix_group_count, suffix_group_count;
    int32_t isa; /* one of ISA_* that isa_available() reports */
} search_t;

/* Sums of local scores are whole multiples of 2^-24, so that they do not depend on the order of the sites: any split,
 * any instruction set and any set of shards gives the same figure. */
enum { SCORE_UNIT_BITS = 24 };
typedef struct {
    uint64_t mit, cfd;                      /* sums over occurrences, in units of 2^-24; MIT without perfect matches */
    uint64_t occurrences[MAX_MISMATCHES + 1]; /* by number of mismatches */
} totals_t;

/* One distinct site near a guide. */
typedef struct {
    uint64_t site;
    uint64_t first_occurrence; /* index of its first occurrence; ordered by position */
    uint32_t ngg, nag;
    uint32_t mismatches;
    uint32_t reserved;
    double mit, cfd; /* local scores; CFD before its PAM weight; a perfect match has 100 and 1 */
} hit_t;

enum { ISA_SCALAR = 0, ISA_AVX2 = 1, ISA_AVX512 = 2, ISA_NEON = 3 };

#pragma GCC visibility push(default) /* what follows is the library's interface; all else stays inside */

/* ---- genome.c ---- */

/* Packs letters (IUPAC nucleotides in any case; white space is dropped) into out[(n + 1) / 2 + 1], padded with OTHER to
 * whole bytes with at least one OTHER at the end. Returns the number of bases, or -1 - i where letter i is no nucleotide. */
int64_t pack(const char *letters, uint64_t n, uint8_t *out);

/* Adds to histogram[PARTITIONS] the sites of windows that start in [from, to). skip_t leaves out sites that start with
 * T. */
void count_sites(const uint8_t *genome, uint64_t length, uint64_t from, uint64_t to, int32_t skip_t, uint64_t *histogram);

/* Writes the same sites of partitions [first, last) as records to records[cursor[partition]++].
 * Record: bases 7..20 of the site (28 bits), position (32), flags (4). */
void scatter_sites(const uint8_t *genome, uint64_t length, uint64_t from, uint64_t to, int32_t skip_t, uint32_t first,
                   uint32_t last, uint64_t *cursor, uint64_t *records);

/* ---- lists.c ---- */

/* Sorts the records of partitions [first, last), which lie one after the other (ends[p - first] is the end of p), and
 * writes the prefix list's entries, their occurrences and the overflow, adding up per key in the two directories (counts at
 * key + 1). scratch: as many numbers as the largest partition has records. overflow: room for half as many as records.
 * Returns the number of distinct sites; *overflows is the number of rows written. */
uint64_t list_partitions(uint64_t *records, const uint64_t *ends, uint32_t first, uint32_t last, uint64_t *scratch,
                         uint32_t prefix_nt, uint32_t suffix_nt, uint32_t *entries, uint8_t *occurrences,
                         uint32_t *prefix_directory, uint32_t *occurrence_directory, overflow_t *overflow,
                         uint64_t *overflows);

/* Turns counts at key + 1 into a directory. */
void cumulate(uint32_t *directory, uint64_t keys);

/* The suffix list from the prefix list, in pieces of prefix keys [from, to): first each piece counts into its own row of
 * cursors[pieces][4^suffix_nt], then place_suffixes turns the rows into positions and fills the directory, then each piece
 * writes its entries. */
void count_suffixes(const index_t *index, uint64_t from, uint64_t to, uint32_t *row);
void place_suffixes(uint32_t *cursors, uint64_t pieces, uint64_t keys, uint32_t *directory);
void scatter_suffixes(const index_t *index, uint64_t from, uint64_t to, uint32_t *row, uint32_t *entries);

/* 1 when following the directories cannot leave the lists, 0 when the index is damaged. */
int32_t sound(const index_t *index);

/* ---- scan.c ---- */

int32_t isa_available(int32_t isa);

/* ---- prepare.c ---- */

/* Reads n guides of GUIDE_NT letters each, A, C, G or T, which follow each other. Returns how many it read: fewer than n
 * where one has another letter. */
uint64_t read_guides(const char *letters, uint64_t n, uint64_t *guides);

/* The groups of a list's keys within `radius` mismatches of any key (-1: none); groups may be NULL. Returns how many. */
uint64_t list_groups(uint32_t key_nt, int32_t radius, group_t *groups);

/* ---- search.c ---- */

/* Adds what n guides meet in this index to their totals, which begin at zero: shards of one genome add up. compatible:
 * every PAM weighs as NGG. */
void score(const index_t *index, const weights_t *weights, const search_t *search, int32_t compatible,
           const uint64_t *guides, uint64_t n, totals_t *totals);

/* Lists the distinct sites near one guide; writes at most `room` and returns how many there are. The index must have its
 * occurrence directory. */
uint64_t find(const index_t *index, const weights_t *weights, const search_t *search, uint64_t guide, hit_t *hits,
              uint64_t room);

/* ---- bulk.c: the same for many guides together, faster per guide the more there are ---- */

typedef struct mit_table mit_table_t;

/* Local MIT scores by where the mismatches are, for all searches with so many mismatches. */
uint64_t mit_table_bytes(int32_t mismatches);
void make_mit_table(const weights_t *weights, int32_t mismatches, mit_table_t *table);

/* Writes the distinct ones of n guides to distinct[n], ascending, and to which[n] where each of the n stands there. Returns
 * how many they are. memory: distinct_guides_bytes(n). */
uint64_t distinct_guides_bytes(uint64_t n);
uint64_t distinct_guides(const uint64_t *guides, uint64_t n, void *memory, uint64_t *distinct, uint64_t *which);

/* score() of fewer than 2^32 guides, to the same totals. table: of the search's mismatches. memory: score_bulk_bytes(),
 * aligned for any number; its contents do not matter. */
uint64_t score_bulk_bytes(const index_t *index, const search_t *search, uint64_t n);
void score_bulk(const index_t *index, const weights_t *weights, const mit_table_t *table, const search_t *search,
                int32_t compatible, const uint64_t *guides, uint64_t n, void *memory, totals_t *totals);

#pragma GCC visibility pop
#endif
