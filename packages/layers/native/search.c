/* Searching the two lists: which buckets can hold a near site, what in them is near, and what it weighs.
 *
 * Pigeonhole: of at most k mismatches either <= r lie in the first prefix_nt bases, or else <= k - 1 - r lie in the rest and
 * so in the last suffix_nt bases. The prefix list gives the first kind, the suffix list the second; a near site of the suffix
 * list with <= r mismatches in its first part was met already and is left out. */
#include "entry.h"
#include "kernel.h"
#include "scan.h"

#include <string.h>

#define PAIRS40 0x5555555555ULL

enum {
    BATCH = 64,       /* groups whose memory is asked for together, so that many cache misses are under way at once */
    NEAR_ROOM = 256, /* near entries that a scan hands over at a time */
};

/* One bit a mismatch, at the even bit of its base. */
static uint64_t mismatch_bits(uint64_t site, uint64_t guide) {
    uint64_t x = site ^ guide;
    return (x | x >> 1) & PAIRS40;
}

static uint32_t count_bits(uint64_t bits) { return (uint32_t)__builtin_popcountll(bits); }

/* ---- weights ---- */

typedef struct {
    double mit, cfd;
} scores_t;

/* MIT (Hsu et al. 2013): the product of (1 - weight) over the n mismatches, times a term for n and their spread.
 * CFD (Doench et al. 2016): the product of a weight for each mismatch, here before the PAM's weight.
 * The loop always takes k steps, so that the processor need not guess how many mismatches there are: behind the last one it
 * meets the bit above the site, whose weight is 1. */
static scores_t local_scores(const weights_t *weights, uint32_t k, uint64_t bits, uint64_t site, uint64_t guide) {
    const uint64_t above = 1ULL << (2 * SITE_NT);
    const uint32_t n = count_bits(bits);
    double mit = 100.0, cfd = 1.0;
    uint64_t left = bits | above;
    for (uint32_t i = 0; i < k; i++) {
        const uint32_t shift = (uint32_t)__builtin_ctzll(left);
        mit *= weights->mit_kept[shift / 2];
        cfd *= weights->cfd[shift / 2][guide >> shift & 3][site >> shift & 3];
        left = (left & (left - 1)) | above;
    }
    const uint32_t last = (uint32_t)__builtin_ctzll(bits | above), first = 63 - (uint32_t)__builtin_clzll(bits | 1);
    return (scores_t){n ? mit * weights->mit_spread[n][(first - last) / 2] : mit, cfd};
}

/* ---- groups: the buckets whose keys are within some mismatches of a key ---- */

/* Depth first from the highest base, matching base first: the groups come in ascending order of `change`. */
static uint64_t enumerate(uint32_t bases_left, int32_t radius, group_t group, group_t *groups, uint64_t n) {
    if (bases_left == 1) { /* the last base: free while a mismatch is left for it */
        group.buckets = group.mismatches < radius ? 4 : 1;
        if (groups) groups[n] = group;
        return n + 1;
    }
    n = enumerate(bases_left - 1, radius, group, groups, n);
    if (group.mismatches == radius) return n;
    group.mismatches++;
    for (uint32_t other = 1; other < 4; other++) {
        group_t changed = group;
        changed.change |= other << (2 * (bases_left - 1));
        n = enumerate(bases_left - 1, radius, changed, groups, n);
    }
    return n;
}

uint64_t list_groups(uint32_t key_nt, int32_t radius, group_t *groups) {
    return radius < 0 ? 0 : enumerate(key_nt, radius, (group_t){0, 0, 0}, groups, 0);
}

/* ---- walking the groups of one list ---- */

/* One of the two lists, as seen by one guide. */
typedef struct {
    const uint32_t *directory, *entries;
    const group_t *groups;
    uint64_t group_count;
    uint32_t key_nt, key, rest; /* the guide's key and, above the code bits, its rest */
    int32_t is_prefix;
} list_t;

static uint64_t low_bases(uint64_t site, uint32_t nt) { return site & ((1ULL << (2 * nt)) - 1); }

static list_t prefix_list(const index_t *index, const search_t *search, uint64_t guide) {
    const uint32_t nt = index->prefix_nt, rest_nt = SITE_NT - nt;
    return (list_t){index->prefix_directory, index->prefix_entries, search->prefix_groups, search->prefix_group_count, nt,
                    (uint32_t)(guide >> (2 * rest_nt)), make_entry(low_bases(guide, rest_nt), 0, nt), 1};
}

static list_t suffix_list(const index_t *index, const search_t *search, uint64_t guide) {
    const uint32_t nt = index->suffix_nt;
    return (list_t){index->suffix_directory, index->suffix_entries, search->suffix_groups, search->suffix_group_count, nt,
                    (uint32_t)low_bases(guide, nt), make_entry(guide >> (2 * nt), 0, nt), 0};
}

static uint32_t first_key(const list_t *list, const group_t *group) {
    uint32_t key = list->key ^ group->change;
    return group->buckets == 4 ? key & ~3U : key;
}

static uint64_t site_of(const list_t *list, uint32_t key, uint32_t entry) {
    uint64_t rest = entry_rest(entry, list->key_nt);
    return list->is_prefix ? (uint64_t)key << (2 * (SITE_NT - list->key_nt)) | rest : rest << (2 * list->key_nt) | key;
}

/* A near site: its code of multiplicity, and one bit for each mismatch. */
typedef struct {
    uint64_t site, bits;
    uint32_t code;
} near_t;

/* What is done with near sites, some at a time. */
typedef void (*visit_t)(void *context, const near_t *near, uint32_t n);

typedef struct {
    const index_t *index;
    const search_t *search;
    uint64_t guide;
    scan_t scan;
    visit_t visit;
    void *context;
} query_t;

/* The scan counted the mismatches of the rest; here those of the key come in, and what the prefix list had is left out.
 * Written without branches: which candidates are near cannot be guessed. */
static uint32_t keep_near(const query_t *query, const list_t *list, const group_t *groups, const uint32_t *places,
                          const uint32_t *owners, uint32_t n, near_t *near) {
    const uint32_t k = (uint32_t)query->search->mismatches, rest_bits = 2 * (SITE_NT - query->index->prefix_nt);
    const int32_t met = list->is_prefix ? -1 : query->search->prefix_radius;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        const group_t *group = &groups[owners[i]];
        const uint32_t place = places[i], others = group->buckets - 1U; /* 0 or 3: the directory is not read past its end */
        uint32_t key = first_key(list, group);
        const uint32_t *directory = list->directory + key;
        for (uint32_t bucket = 1; bucket < 4; bucket++) key += (uint32_t)(place >= directory[bucket & others]) & others & 1;
        const uint64_t site = site_of(list, key, list->entries[place]), bits = mismatch_bits(site, query->guide);
        near[kept] = (near_t){site, bits, entry_code(list->entries[place], list->key_nt)};
        const uint32_t is_near = count_bits(bits) <= k, is_new = (int32_t)count_bits(bits >> rest_bits) > met;
        kept += is_near & is_new;
    }
    return kept;
}

static void ask_directory(const list_t *list, uint64_t from) {
    for (uint64_t i = from; i < from + BATCH && i < list->group_count; i++)
        __builtin_prefetch(list->directory + first_key(list, &list->groups[i]));
}

/* Batch by batch: the directory is asked for one batch ahead, the buckets just before they are scanned. */
static void walk_list(const query_t *query, const list_t *list) {
    stretch_t stretches[BATCH];
    uint32_t places[NEAR_ROOM], owners[NEAR_ROOM];
    near_t near[NEAR_ROOM];
    ask_directory(list, 0);
    for (uint64_t from = 0; from < list->group_count; from += BATCH) {
        const group_t *groups = list->groups + from;
        const uint32_t n = list->group_count - from < BATCH ? (uint32_t)(list->group_count - from) : BATCH;
        ask_directory(list, from + BATCH);
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t key = first_key(list, &groups[i]), start = list->directory[key];
            stretches[i] = (stretch_t){start, list->directory[key + groups[i].buckets],
                                       (uint32_t)query->search->mismatches - groups[i].mismatches};
            __builtin_prefetch(list->entries + start);
            __builtin_prefetch(list->entries + start + 16);
        }
        for (uint32_t first = 0; first < n;) {
            const uint32_t found = query->scan(list->entries, stretches, n, &first, list->rest, code_bits(list->key_nt),
                                               places, owners, NEAR_ROOM);
            query->visit(query->context, near, keep_near(query, list, groups, places, owners, found, near));
        }
    }
}

static void walk_both(const query_t *query) {
    const list_t prefix = prefix_list(query->index, query->search, query->guide);
    const list_t suffix = suffix_list(query->index, query->search, query->guide);
    walk_list(query, &prefix);
    walk_list(query, &suffix);
}

/* ---- multiplicity ---- */

typedef struct {
    uint32_t ngg, nag;
} pair_t;

static pair_t overflow_pair(const index_t *index, uint64_t site) {
    uint64_t low = 0, high = index->overflows;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (index->overflow[middle].site < site) low = middle + 1;
        else high = middle;
    }
    if (low == index->overflows || index->overflow[low].site != site) return (pair_t){0, 0};
    return (pair_t){index->overflow[low].ngg, index->overflow[low].nag};
}

static pair_t multiplicity(const index_t *index, uint64_t site, uint32_t code) {
    if (code < 2) return (pair_t){1 - code, code}; /* most sites occur once */
    if (code > largest_code(index->prefix_nt, index->suffix_nt)) return overflow_pair(index, site);
    uint32_t n = 1; /* the inverse of multiplicity_code */
    for (; code > n; n++) code -= n + 1;
    return (pair_t){n - code, code};
}

/* ---- scoring ---- */

typedef struct {
    const query_t *query;
    const weights_t *weights;
    double nag_weight, ngg_weight;
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
        const scores_t local = local_scores(scoring->weights, k, near[i].bits, near[i].site, scoring->query->guide);
        const uint64_t n = (uint64_t)pair.ngg + pair.nag;
        totals->occurrences[count_bits(near[i].bits)] += n;
        totals->mit += near[i].bits ? units(local.mit) * n : 0;
        totals->cfd += units(local.cfd * scoring->ngg_weight) * pair.ngg + units(local.cfd * scoring->nag_weight) * pair.nag;
    }
}

void score(const index_t *index, const weights_t *weights, const search_t *search, int32_t compatible,
           const uint64_t *guides, uint64_t n, totals_t *totals) {
    query_t query = {index, search, 0, scan_for(search->isa), add_scores, 0};
    scoring_t scoring = {&query, weights, compatible ? weights->cfd_ngg : weights->cfd_nag, weights->cfd_ngg, 0};
    query.context = &scoring;
    memset(totals, 0, n * sizeof *totals);
    for (uint64_t i = 0; i < n; i++) {
        query.guide = guides[i];
        scoring.totals = &totals[i];
        walk_both(&query);
    }
}

/* ---- finding ---- */

typedef struct {
    const query_t *query;
    const weights_t *weights;
    hit_t *hits;
    uint64_t room, count;
} finding_t;

/* Index of a site's entry in the prefix list. */
static uint32_t prefix_place(const index_t *index, uint64_t site) {
    const uint32_t rest_nt = SITE_NT - index->prefix_nt;
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
    const uint32_t rest_bits = 2 * (SITE_NT - index->prefix_nt);
    const uint64_t key = site >> rest_bits;
    uint64_t first = index->occurrence_directory[key];
    for (uint32_t i = index->prefix_directory[key], place = prefix_place(index, site); i < place; i++) {
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
        const scores_t local = local_scores(finding->weights, k, near[i].bits, near[i].site, finding->query->guide);
        finding->hits[finding->count - 1] = (hit_t){
            .site = near[i].site, .first_occurrence = first_occurrence(index, near[i].site), .ngg = pair.ngg,
            .nag = pair.nag, .mismatches = count_bits(near[i].bits), .mit = local.mit, .cfd = local.cfd};
    }
}

uint64_t find(const index_t *index, const weights_t *weights, const search_t *search, uint64_t guide, hit_t *hits,
              uint64_t room) {
    query_t query = {index, search, guide, scan_for(search->isa), add_hits, 0};
    finding_t finding = {&query, weights, hits, room, 0};
    query.context = &finding;
    walk_both(&query);
    return finding.count;
}
