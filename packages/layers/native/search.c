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
    LOOK_AHEAD = 16, /* buckets whose memory is asked for before it is read; a power of two */
    CHUNK = 1024,    /* entries scanned at a time */
};

/* One bit a mismatch, at the even bit of its base. */
static uint64_t mismatch_bits(uint64_t site, uint64_t guide) {
    uint64_t x = site ^ guide;
    return (x | x >> 1) & PAIRS40;
}

static uint32_t count_bits(uint64_t bits) { return (uint32_t)__builtin_popcountll(bits); }

/* ---- weights ---- */

static uint32_t position_of(uint64_t bits) { /* of the mismatch nearest to the PAM; 0 is the PAM-distal end */
    return SITE_NT - 1 - (uint32_t)__builtin_ctzll(bits) / 2;
}

/* Hsu et al. 2013: the product of (1 - weight) over the mismatches, a term for their mean distance, 1 / n^2. */
static double mit_score(const weights_t *weights, uint64_t bits) {
    if (!bits) return 100.0;
    uint32_t n = count_bits(bits), last = position_of(bits), first = last;
    double score = 100.0 / ((double)n * n);
    for (; bits; bits &= bits - 1) {
        first = position_of(bits);
        score *= 1.0 - weights->mit[first];
    }
    double distance = n > 1 ? (double)(last - first) / (n - 1) : 19.0;
    return score / ((19.0 - distance) / 19.0 * 4.0 + 1.0);
}

/* Doench et al. 2016: the product of a weight for each mismatch, before the PAM's weight. */
static double cfd_score(const weights_t *weights, uint64_t bits, uint64_t site, uint64_t guide) {
    double score = 1.0;
    for (; bits; bits &= bits - 1) {
        int shift = __builtin_ctzll(bits);
        score *= weights->cfd[position_of(bits)][guide >> shift & 3][site >> shift & 3];
    }
    return score;
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

/* What is done with a near site; `place` is its entry's index in the list. */
typedef void (*near_t)(void *context, const list_t *list, uint32_t key, uint32_t place, uint64_t site, uint64_t bits);

typedef struct {
    const index_t *index;
    const search_t *search;
    uint64_t guide;
    scan_t scan;
    near_t near;
    void *context;
} query_t;

/* Scans one group's entries [start, end) and reports those that are near. */
static inline void scan_group(const query_t *query, const list_t *list, const group_t *group, uint32_t start, uint32_t end) {
    const uint32_t k = (uint32_t)query->search->mismatches, limit = k - group->mismatches;
    const uint32_t rest_nt = SITE_NT - query->index->prefix_nt;
    uint32_t near[CHUNK + 16], key = first_key(list, group);
    for (; start < end; start += CHUNK) {
        uint32_t n = end - start < CHUNK ? end - start : CHUNK;
        uint32_t found = query->scan(list->entries + start, n, list->rest, code_bits(list->key_nt), limit, near);
        for (uint32_t i = 0; i < found; i++) {
            uint32_t place = start + near[i];
            while (place >= list->directory[key + 1]) key++;
            uint64_t site = site_of(list, key, list->entries[place]), bits = mismatch_bits(site, query->guide);
            if (count_bits(bits) > k) continue;
            if (!list->is_prefix && (int32_t)count_bits(bits >> (2 * rest_nt)) <= query->search->prefix_radius) continue;
            query->near(query->context, list, key, place, site, bits);
        }
        if (end - start <= CHUNK) break; /* start += CHUNK could wrap */
    }
}

/* Buckets lie far apart in memory: the directory is asked for two steps ahead and the bucket one step ahead, so that many
 * cache misses are under way at once. */
static void walk_list(const query_t *query, const list_t *list) {
    uint32_t starts[LOOK_AHEAD], ends[LOOK_AHEAD];
    const uint64_t n = list->group_count;
    for (uint64_t step = 0; step < n + 2 * LOOK_AHEAD; step++) {
        if (step >= 2 * LOOK_AHEAD) {
            uint64_t i = step - 2 * LOOK_AHEAD, slot = i % LOOK_AHEAD;
            if (starts[slot] < ends[slot]) scan_group(query, list, &list->groups[i], starts[slot], ends[slot]);
        }
        if (step >= LOOK_AHEAD && step < n + LOOK_AHEAD) {
            const group_t *group = &list->groups[step - LOOK_AHEAD];
            uint32_t key = first_key(list, group);
            uint64_t slot = step % LOOK_AHEAD;
            starts[slot] = list->directory[key];
            ends[slot] = list->directory[key + group->buckets];
            __builtin_prefetch(list->entries + starts[slot]);
            __builtin_prefetch(list->entries + starts[slot] + 16);
        }
        if (step < n) __builtin_prefetch(list->directory + first_key(list, &list->groups[step]));
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

static uint64_t units(double score) { return (uint64_t)(score * (1 << SCORE_UNIT_BITS) + 0.5); }

static void add_near(void *context, const list_t *list, uint32_t key, uint32_t place, uint64_t site, uint64_t bits) {
    (void)key;
    const scoring_t *scoring = context;
    totals_t *totals = scoring->totals;
    pair_t pair = multiplicity(scoring->query->index, site, entry_code(list->entries[place], list->key_nt));
    uint64_t n = (uint64_t)pair.ngg + pair.nag;
    double cfd = cfd_score(scoring->weights, bits, site, scoring->query->guide);
    totals->occurrences[count_bits(bits)] += n;
    if (bits) totals->mit += units(mit_score(scoring->weights, bits)) * n;
    totals->cfd += units(cfd * scoring->ngg_weight) * pair.ngg + units(cfd * scoring->nag_weight) * pair.nag;
}

void score(const index_t *index, const weights_t *weights, const search_t *search, int32_t compatible,
           const uint64_t *guides, uint64_t n, totals_t *totals) {
    query_t query = {index, search, 0, scan_for(search->isa), add_near, 0};
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

static void add_hit(void *context, const list_t *list, uint32_t key, uint32_t place, uint64_t site, uint64_t bits) {
    (void)key;
    finding_t *finding = context;
    if (finding->count++ >= finding->room) return;
    const query_t *query = finding->query;
    pair_t pair = multiplicity(query->index, site, entry_code(list->entries[place], list->key_nt));
    finding->hits[finding->count - 1] = (hit_t){
        .site = site, .first_occurrence = first_occurrence(query->index, site), .ngg = pair.ngg, .nag = pair.nag,
        .mismatches = count_bits(bits), .mit = mit_score(finding->weights, bits),
        .cfd = cfd_score(finding->weights, bits, site, query->guide)};
}

uint64_t find(const index_t *index, const weights_t *weights, const search_t *search, uint64_t guide, hit_t *hits,
              uint64_t room) {
    query_t query = {index, search, guide, scan_for(search->isa), add_hit, 0};
    finding_t finding = {&query, weights, hits, room, 0};
    query.context = &finding;
    walk_both(&query);
    return finding.count;
}
