/* Searching many guides together, so that a bucket is fetched once for all guides that want it.
 *
 * For each list, the guides are sorted by its key and the list is walked once from its beginning to its end.
 *
 * Words (beside those of kernel.h)
 *   cell     the keys that share their first bases. Its part of the directory and its entries lie together and fit the
 *            second-level cache, so that the guides that want some of its buckets find them there.
 *   change   XOR from a guide's key to another key. A change of the cell leaves the other bases as they are; a change in
 *            the cell leaves the cell and the last base as they are.
 *   visit    to a cell, by all guides whose own cell differs from it by one change.
 *   single   one bucket, where the key has used all mismatches of the list's radius; its last base is the guide's.
 *   four     the four buckets that differ in the last base, where a mismatch is left for it.
 *   block    up to BLOCK entries, compared at once, or a long one of twice as many. Blocks with near entries are pending until there are many of them.
 *   hit      a near site of a guide. Hits are weighed a hundred at a time.
 */
#ifndef CRACKLING_BULK_H
#define CRACKLING_BULK_H

#include "entry.h"
#include "kernel.h"
#include "scan.h"
#include "weigh.h"

enum {
    MAX_CELL_NT = 6,
    CELL_BYTES = 128 << 10, /* of directory and entries, at most where there are guides enough */
    GUIDES_A_CELL = 4,      /* at least, on average: fewer would not pay for another cell */
    LONG_BLOCK = 2 * BLOCK,
    LONG_BUCKET = 10, /* entries of the mean bucket from which the first block is a long one */
    PENDING_ROOM = 1024,
    CHANGES_AT_ONCE = 256, /* for which room is made */
    HITS_ROOM = 128,
    HALF_PATTERNS = 1 << (GUIDE_NT / 2),
    CODES = 1 << 12, /* that are not escaped */
};

/* The local MIT score depends on the positions of the mismatches alone. A pattern has one bit for each base; it is looked up by
 * its upper and its lower half: units[upper[high] + lower[low]]. Lower halves with few mismatches come first. */
struct mit_table {
    uint32_t upper[HALF_PATTERNS], lower[HALF_PATTERNS];
    uint32_t units[]; /* 0 for a perfect match */
};

/* Changes with exactly so many mismatches. */
typedef struct {
    const uint32_t *changes;
    uint32_t count;
} ring_t;

/* One of the two lists, as it is walked. */
typedef struct {
    const uint32_t *directory, *entries;
    uint64_t distinct;
    uint32_t key_nt, cell_nt, inner_nt; /* key_nt = cell_nt + inner_nt */
    uint32_t key_shift, rest_shift;     /* where key and rest stand in a site */
    int32_t radius;
    uint32_t fewest;     /* mismatches of the rest: sites with fewer were met in the other list */
    uint32_t first_shift; /* of the bases of a site that are the other list's key */
    int32_t met;         /* sites with so few mismatches in these were met */
    ring_t cells[MAX_CELL_NT + 1], inner[MAX_MISMATCHES + 1];
} bulk_list_t;

typedef struct {
    uint32_t guide, key; /* the guide's number in the list's order; a four has its first key */
    uint32_t start;      /* index of the block's first entry */
    uint32_t near;       /* its near entries; of the rest of a long bucket: its end */
} pending_block_t;

typedef struct {
    uint32_t count;
    pending_block_t blocks[PENDING_ROOM];
} pending_t;

typedef struct {
    uint32_t count;
    uint64_t site[HITS_ROOM + LONG_BLOCK], guide[HITS_ROOM + LONG_BLOCK];
    uint32_t code[HITS_ROOM + LONG_BLOCK], number[HITS_ROOM + LONG_BLOCK];
    uint32_t pattern[HITS_ROOM + LONG_BLOCK], mismatches[HITS_ROOM + LONG_BLOCK];
    double cfd[HITS_ROOM + LONG_BLOCK]; /* before the PAM's weight */
} hits_t;

/* All that a bulk search has while it runs; it lies in memory of the caller. */
typedef struct {
    const index_t *index;
    const weights_t *weights;
    const mit_table_t *mit;
    uint32_t mismatches, largest_code;
    double ngg_weight, nag_weight;
    totals_t *totals;

    bulk_list_t list;
    uint64_t *guides;  /* in the order of the list's keys */
    uint32_t *numbers; /* which of the caller's guides each is */
    uint32_t starts[(1 << 2 * MAX_CELL_NT) + 1]; /* first guide of each cell */

    pending_t singles, fours, long_singles;
    hits_t hits;
    struct {
        uint16_t ngg, nag;
    } pairs[CODES]; /* by code */
    uint32_t digits[1 << 12];
    uint32_t cell_changes[1 << 2 * MAX_CELL_NT];
} bulk_t;

/* Walks bulk->list and adds what the guides meet to their totals. */
typedef void (*walk_cells_t)(bulk_t *bulk);

void walk_cells_scalar(bulk_t *bulk);
#if defined(__x86_64__)
void walk_cells_avx2(bulk_t *bulk);
void walk_cells_avx512(bulk_t *bulk);
#endif
#if defined(__aarch64__)
void walk_cells_neon(bulk_t *bulk);
#endif

/* A guide's key and, above the code bits, its rest. */
static inline uint32_t guide_key(const bulk_list_t *list, uint64_t guide) {
    return (uint32_t)(guide >> list->key_shift) & (uint32_t)((1ULL << 2 * list->key_nt) - 1);
}

static inline uint32_t guide_rest(const bulk_list_t *list, uint64_t guide) {
    return make_entry(guide >> list->rest_shift, 0, list->key_nt);
}

#endif
