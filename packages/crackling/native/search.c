/* Searching the two lists: which buckets can hold a near site, what in them is near, and what it weighs.
 *
 * Pigeonhole: of at most k mismatches either <= r lie in the first prefix_nt bases, or else <= k - 1 - r lie in the rest and
 * so in the last suffix_nt bases. The prefix list gives the first kind, the suffix list the second; a near site of the suffix
 * list with <= r mismatches in its first part was met already and is left out. */
#include "entry.h"
#include "kernel.h"
#include "scan.h"
#include "weigh.h"

enum {
    BLOCKS = 64,         /* whose memory is asked for together, so that many cache misses are under way at once */
    BLOCKS_A_STEP = 4,   /* written at once, needed or not: cheaper than guessing how many a stretch has */
    GROUPS_AHEAD = 32,   /* the directory is asked for so early */
    NEAR_ROOM = 256,     /* near entries that are handed over at a time */
};

/* ---- walking the groups of both lists ---- */

/* One of the two lists, as seen by one guide. */
typedef struct {
    const uint32_t *directory, *entries;
    const group_t *groups;
    uint64_t group_count;
    uint32_t key_nt, key, rest;      /* the guide's key and, above the code bits, its rest */
    uint32_t key_shift, rest_shift;  /* where they stand in a site */
    int32_t met;                     /* sites with so few mismatches in their first part were met in the other list */
} list_t;

static uint64_t low_bases(uint64_t site, uint32_t nt) { return site & ((1ULL << (2 * nt)) - 1); }

static list_t prefix_list(const index_t *index, const search_t *search, uint64_t guide) {
    const uint32_t nt = index->prefix_nt, rest_nt = GUIDE_NT - nt;
    return (list_t){.directory = index->prefix_directory, .entries = index->prefix_entries, .groups = search->prefix_groups,
                    .group_count = search->prefix_group_count, .key_nt = nt, .key = (uint32_t)(guide >> (2 * rest_nt)),
                    .rest = make_entry(low_bases(guide, rest_nt), 0, nt), .key_shift = 2 * rest_nt, .met = -1};
}

static list_t suffix_list(const index_t *index, const search_t *search, uint64_t guide) {
    const uint32_t nt = index->suffix_nt;
    return (list_t){.directory = index->suffix_directory, .entries = index->suffix_entries, .groups = search->suffix_groups,
                    .group_count = search->suffix_group_count, .key_nt = nt, .key = (uint32_t)low_bases(guide, nt),
                    .rest = make_entry(guide >> (2 * nt), 0, nt), .rest_shift = 2 * nt, .met = search->prefix_radius};
}

static uint32_t first_key(const list_t *list, const group_t *group) {
    uint32_t key = list->key ^ group->change;
    return group->buckets == 4 ? key & ~3U : key;
}

/* A near site: its code of multiplicity, and one bit for each mismatch. */
typedef struct {
    uint64_t site, bits;
    uint32_t code;
} near_t;

/* The function that takes the near sites, some at a time. */
typedef void (*visit_t)(void *context, const near_t *near, uint32_t n);

typedef struct {
    const index_t *index;
    const search_t *search;
    uint64_t guide;
    scan_t scan;
    visit_t visit;
    void *context;
} query_t;

/* The bucket of a group's entry: the last one that begins at or before it. Without branches: it cannot be guessed. */
static uint32_t key_of(const list_t *list, const group_t *group, uint32_t at) {
    const uint32_t others = group->buckets - 1U; /* 0 or 3: the directory is not read past its end */
    uint32_t key = first_key(list, group);
    const uint32_t *directory = list->directory + key;
    for (uint32_t bucket = 1; bucket < 4; bucket++) key += (uint32_t)(at >= directory[bucket & others]) & others & 1;
    return key;
}

/* The scan counted the mismatches of the rest; here those of the key come in, and what the prefix list had is left out. */
static void visit_blocks(const query_t *query, const list_t *list, const block_t *blocks, uint32_t n) {
    const uint32_t k = (uint32_t)query->search->mismatches, rest_bits = 2 * (GUIDE_NT - query->index->prefix_nt);
    uint32_t found[BLOCKS], hits[BLOCKS], hit_count = 0, kept = 0;
    near_t near[NEAR_ROOM];
    query->scan(list->entries, blocks, n, list->rest, code_bits(list->key_nt), found);
    for (uint32_t i = 0; i < n; i++) { /* without branches: most blocks have none, but which cannot be guessed */
        hits[hit_count] = i;
        hit_count += found[i] != 0;
    }
    for (uint32_t i = 0; i < hit_count; i++) {
        const block_t *block = &blocks[hits[i]];
        for (uint32_t left = found[hits[i]]; left; left &= left - 1) {
            const uint32_t at = block->start + (uint32_t)__builtin_ctz(left), entry = list->entries[at];
            const uint64_t key = key_of(list, &list->groups[block->group], at);
            const uint64_t site = key << list->key_shift | entry_rest(entry, list->key_nt) << list->rest_shift;
            const uint64_t bits = mismatch_bits(site, query->guide);
            near[kept] = (near_t){site, bits, entry_code(entry, list->key_nt)};
            const uint32_t is_near = count_bits(bits) <= k, is_new = (int32_t)count_bits(bits >> rest_bits) > list->met;
            kept += is_near & is_new;
        }
        if (kept > NEAR_ROOM - BLOCK) {
            query->visit(query->context, near, kept);
            kept = 0;
        }
    }
    query->visit(query->context, near, kept);
}

static void ask_directory(const list_t *list, uint64_t group) {
    if (group < list->group_count) __builtin_prefetch(list->directory + first_key(list, &list->groups[group]));
}

/* The progress of the walk along a list: the next group, and what is left of the stretch of the one before. */
typedef struct {
    uint64_t next;
    uint32_t start, end;
} walk_t;

/* Cuts the groups' stretches into blocks and asks for their memory; 0 at the end of the list. */
static uint32_t plan_blocks(const query_t *query, const list_t *list, walk_t *walk, block_t *blocks) {
    const uint32_t k = (uint32_t)query->search->mismatches;
    uint32_t n = 0, start = walk->start, end = walk->end; /* in registers: what is stored in parts and loaded whole waits */
    uint64_t next = walk->next;
    while (n <= BLOCKS - BLOCKS_A_STEP) {
        if (start == end) {
            if (next == list->group_count) break;
            ask_directory(list, next + GROUPS_AHEAD);
            const uint32_t *directory = list->directory + first_key(list, &list->groups[next]);
            start = directory[0], end = directory[list->groups[next++].buckets];
        }
        const uint32_t taken = end - start < BLOCK * BLOCKS_A_STEP ? end - start : BLOCK * BLOCKS_A_STEP;
        const uint32_t limit = k - list->groups[next - 1].mismatches, group = (uint32_t)next - 1;
        for (uint32_t i = 0; i < BLOCKS_A_STEP; i++) {
            blocks[n + i] = (block_t){start + BLOCK * i, end, limit, group};
            __builtin_prefetch(list->entries + start + (BLOCK * i < taken ? BLOCK * i : taken));
        }
        n += (taken + BLOCK - 1) / BLOCK;
        start += taken;
    }
    *walk = (walk_t){next, start, end};
    return n;
}

/* The next blocks are asked for before these are scanned. */
static void walk_list(const query_t *query, const list_t *list) {
    block_t blocks[2][BLOCKS];
    walk_t walk = {0};
    uint32_t n = plan_blocks(query, list, &walk, blocks[0]);
    for (uint32_t turn = 0; n; turn ^= 1) {
        const uint32_t next = plan_blocks(query, list, &walk, blocks[turn ^ 1]);
        visit_blocks(query, list, blocks[turn], n);
        n = next;
    }
}

static void walk_both(const query_t *query) {
    const list_t prefix = prefix_list(query->index, query->search, query->guide);
    const list_t suffix = suffix_list(query->index, query->search, query->guide);
    for (uint64_t group = 0; group < GROUPS_AHEAD; group++) {
        ask_directory(&prefix, group);
        ask_directory(&suffix, group);
    }
    walk_list(query, &prefix);
    walk_list(query, &suffix);
}

/* ---- scoring ---- */

typedef struct {
    const query_t *query;
    const weights_t *weights;
    double nag_weight, ngg_weight;
    costs_t costs;
    totals_t *totals;
} scoring_t;

/* Through a signed number: processors convert those in one step. */
static uint64_t units(double score) { return (uint64_t)(int64_t)(score * (1 << SCORE_UNIT_BITS) + 0.5); }

static void add_scores(void *context, const near_t *near, uint32_t count) {
    const scoring_t *scoring = context;
    const uint32_t k = (uint32_t)scoring->query->search->mismatches;
    totals_t *totals = scoring->totals;
    for (uint32_t i = 0; i < count; i++) {
        const pair_t pair = multiplicity(scoring->query->index, near[i].site, near[i].code);
        const scores_t local = local_scores(scoring->weights, &scoring->costs, k, near[i].bits, near[i].site);
        const uint64_t n = (uint64_t)pair.ngg + pair.nag;
        totals->occurrences[count_bits(near[i].bits)] += n;
        totals->mit += near[i].bits ? units(local.mit) * n : 0;
        totals->cfd += units(local.cfd * scoring->ngg_weight) * pair.ngg + units(local.cfd * scoring->nag_weight) * pair.nag;
    }
}

void score(const index_t *index, const weights_t *weights, const search_t *search, int32_t compatible,
           const uint64_t *guides, uint64_t n, totals_t *totals) {
    query_t query = {index, search, 0, scan_for(search->isa), add_scores, 0};
    scoring_t scoring = {.query = &query, .weights = weights, .ngg_weight = weights->cfd_ngg,
                         .nag_weight = compatible ? weights->cfd_ngg : weights->cfd_nag};
    query.context = &scoring;
    for (uint64_t i = 0; i < n; i++) {
        query.guide = guides[i];
        set_costs(&scoring.costs, weights, guides[i]);
        scoring.totals = &totals[i];
        walk_both(&query);
    }
}

/* ---- finding ---- */

typedef struct {
    const query_t *query;
    const weights_t *weights;
    costs_t costs;
    hit_t *hits;
    uint64_t room, count;
} finding_t;

/* Index of a site's entry in the prefix list. */
static uint32_t prefix_entry(const index_t *index, uint64_t site) {
    const uint32_t rest_nt = GUIDE_NT - index->prefix_nt;
    const uint64_t rest = low_bases(site, rest_nt);
    uint32_t low = index->prefix_directory[site >> (2 * rest_nt)], high = index->prefix_directory[(site >> (2 * rest_nt)) + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (entry_rest(index->prefix_entries[middle], index->prefix_nt) < rest) low = middle + 1;
        else high = middle;
    }
    return low;
}

/* Occurrences are ordered by site: those of the site's bucket before it are counted. */
static uint64_t first_occurrence(const index_t *index, uint64_t site) {
    const uint32_t rest_bits = 2 * (GUIDE_NT - index->prefix_nt);
    const uint64_t key = site >> rest_bits;
    uint64_t first = index->occurrence_directory[key];
    for (uint32_t i = index->prefix_directory[key], end = prefix_entry(index, site); i < end; i++) {
        uint32_t entry = index->prefix_entries[i];
        pair_t pair = multiplicity(index, key << rest_bits | entry_rest(entry, index->prefix_nt),
                                   entry_code(entry, index->prefix_nt));
        first += (uint64_t)pair.ngg + pair.nag;
    }
    return first;
}

static void add_hits(void *context, const near_t *near, uint32_t count) {
    finding_t *finding = context;
    const index_t *index = finding->query->index;
    const uint32_t k = (uint32_t)finding->query->search->mismatches;
    for (uint32_t i = 0; i < count; i++) {
        if (finding->count++ >= finding->room) continue;
        const pair_t pair = multiplicity(index, near[i].site, near[i].code);
        const scores_t local = local_scores(finding->weights, &finding->costs, k, near[i].bits, near[i].site);
        finding->hits[finding->count - 1] = (hit_t){
            .site = near[i].site, .first_occurrence = first_occurrence(index, near[i].site), .ngg = pair.ngg,
            .nag = pair.nag, .mismatches = count_bits(near[i].bits), .mit = local.mit, .cfd = local.cfd};
    }
}

uint64_t find(const index_t *index, const weights_t *weights, const search_t *search, uint64_t guide, hit_t *hits,
              uint64_t room) {
    query_t query = {index, search, guide, scan_for(search->isa), add_hits, 0};
    finding_t finding = {.query = &query, .weights = weights, .hits = hits, .room = room};
    set_costs(&finding.costs, weights, guide);
    query.context = &finding;
    walk_both(&query);
    return finding.count;
}
