/* Does bulk search find what the search guide by guide finds? On an index of random sites, many near each other and near the
 * guides, for every limit of mismatches, every division of them between the lists and every instruction set that this machine
 * has. For instruction sets that only an emulator has.
 *
 *     cc -std=c11 -O2 bulkcheck.c bulk*.c lists.c prepare.c scan.c search.c -lm -o bulkcheck && ./bulkcheck
 */
#include "entry.h"
#include "kernel.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAMILIES = 12, SITES = 3000, GUIDES = 70 };

static uint64_t state = 1;

/* xorshift64 */
static uint64_t random_number(uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % below;
}

static void *zeros(uint64_t n, size_t size) {
    void *memory = calloc(n ? n : 1, size);
    if (!memory) abort();
    return memory;
}

/* A member of one of a few families, up to 7 bases off. */
static uint64_t random_site(const uint64_t *families) {
    uint64_t site = families[random_number(FAMILIES)];
    for (uint64_t changes = random_number(8); changes > 0; changes--) site ^= random_number(4) << (2 * random_number(GUIDE_NT));
    return site;
}

/* ---- the index ---- */

typedef struct {
    index_t index;
    uint32_t *prefix_directory, *prefix_entries, *suffix_directory, *suffix_entries;
    overflow_t *overflow;
} built_t;

static void build_suffix_list(built_t *built) {
    const uint64_t keys = 1ULL << 2 * built->index.suffix_nt, prefix_keys = 1ULL << 2 * built->index.prefix_nt;
    uint32_t *row = zeros(keys, sizeof *row);
    count_suffixes(&built->index, 0, prefix_keys, row);
    place_suffixes(row, 1, keys, built->suffix_directory);
    scatter_suffixes(&built->index, 0, prefix_keys, row, built->suffix_entries);
    free(row);
}

/* Every thirtieth site occurs too often for its entries. */
static built_t build(const uint64_t *sites, uint64_t n, uint32_t prefix_nt, uint32_t suffix_nt) {
    const uint32_t rest_nt = GUIDE_NT - prefix_nt, largest = largest_code(prefix_nt, suffix_nt);
    built_t built = {.prefix_directory = zeros((1ULL << 2 * prefix_nt) + 1, 4), .prefix_entries = zeros(n, 4),
                     .suffix_directory = zeros((1ULL << 2 * suffix_nt) + 1, 4), .suffix_entries = zeros(n, 4),
                     .overflow = zeros(n, sizeof(overflow_t))};
    built.index = (index_t){prefix_nt, suffix_nt, n, built.prefix_directory, built.prefix_entries, built.suffix_directory,
                            built.suffix_entries, 0, built.overflow, NULL};
    for (uint64_t i = 0; i < n; i++) {
        const uint32_t ngg = i % 30 ? (uint32_t)random_number(2) : 5000, nag = (uint32_t)random_number(2) + !ngg;
        const uint32_t code = multiplicity_code(ngg, nag, largest);
        if (code == ESCAPED) built.overflow[built.index.overflows++] = (overflow_t){sites[i], ngg, nag};
        built.prefix_entries[i] = make_entry(sites[i] & ((1ULL << 2 * rest_nt) - 1), code, prefix_nt);
        built.prefix_directory[(sites[i] >> 2 * rest_nt) + 1]++;
    }
    cumulate(built.prefix_directory, 1ULL << 2 * prefix_nt);
    build_suffix_list(&built);
    return built;
}

static void discard(built_t *built) {
    free(built->prefix_directory), free(built->prefix_entries), free(built->suffix_directory), free(built->suffix_entries);
    free(built->overflow);
}

/* ---- both searches ---- */

static weights_t random_weights(void) {
    weights_t weights = {.cfd_ngg = 1, .cfd_nag = 0.259};
    double *numbers = (double *)&weights;
    for (size_t i = 0; i < offsetof(weights_t, cfd) / sizeof(double); i++) numbers[i] = (double)random_number(1000) / 1000;
    for (uint32_t position = 0; position <= GUIDE_NT; position++)
        for (uint32_t pair = 0; pair < 16; pair++)
            weights.cfd[position][pair / 4][pair % 4] =
                pair / 4 == pair % 4 || position == GUIDE_NT ? 1 : (double)random_number(1000) / 1000;
    weights.mit_kept[GUIDE_NT] = 1;
    return weights;
}

/* Adds to *occurrences what was found, so that it can be seen that there was something. */
static int agree(const index_t *index, const weights_t *weights, const mit_table_t *table, const search_t *search,
                 const uint64_t *guides, uint64_t *occurrences) {
    totals_t expected[GUIDES] = {0}, found[GUIDES] = {0};
    const int32_t compatible = (int32_t)random_number(2);
    void *memory = zeros(score_bulk_bytes(index, search, GUIDES), 1);
    score(index, weights, search, compatible, guides, GUIDES, expected);
    score_bulk(index, weights, table, search, compatible, guides, GUIDES, memory, found);
    free(memory);
    for (uint32_t i = 0; i < GUIDES; i++)
        for (uint32_t n = 0; n <= MAX_MISMATCHES; n++) *occurrences += found[i].occurrences[n];
    if (!memcmp(expected, found, sizeof found)) return 1;
    printf("instruction set %d, keys %u + %u, k %d, radius %d: not the same\n", search->isa, index->prefix_nt,
           index->suffix_nt, search->mismatches, search->prefix_radius);
    return 0;
}

/* Every division of k mismatches between the lists. */
static int check(const index_t *index, const weights_t *weights, int32_t isa, int32_t k, const uint64_t *guides,
                 uint64_t *occurrences) {
    int same = 1;
    mit_table_t *table = zeros(mit_table_bytes(k), 1);
    make_mit_table(weights, k, table);
    for (int32_t radius = -1; radius <= k && same; radius++) {
        const int32_t suffix_radius = k - 1 - radius;
        if (radius > (int32_t)index->prefix_nt || suffix_radius > (int32_t)index->suffix_nt) continue;
        group_t *prefix = zeros(list_groups(index->prefix_nt, radius, NULL), sizeof *prefix);
        group_t *suffix = zeros(list_groups(index->suffix_nt, suffix_radius, NULL), sizeof *suffix);
        const search_t search = {k, radius, prefix, suffix, list_groups(index->prefix_nt, radius, prefix),
                                 list_groups(index->suffix_nt, suffix_radius, suffix), isa};
        same = agree(index, weights, table, &search, guides, occurrences);
        free(prefix), free(suffix);
    }
    free(table);
    return same;
}

static int by_number(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

int main(void) {
    static const uint32_t keys[][2] = {{5, 5}, {6, 9}, {8, 8}, {9, 6}, {10, 10}};
    uint64_t families[FAMILIES], guides[GUIDES], *sites = zeros(SITES, sizeof *sites), n = 0;
    const weights_t weights = random_weights();
    for (uint32_t i = 0; i < FAMILIES; i++) families[i] = random_number(1ULL << 2 * GUIDE_NT);
    for (uint32_t i = 0; i < SITES; i++) sites[i] = random_site(families);
    for (uint32_t i = 0; i < GUIDES; i++) guides[i] = random_site(families);
    qsort(sites, SITES, sizeof *sites, by_number);
    for (uint32_t i = 0; i < SITES; i++)
        if (!n || sites[i] != sites[n - 1]) sites[n++] = sites[i];
    for (int32_t isa = ISA_SCALAR; isa <= ISA_NEON; isa++) {
        uint64_t occurrences = 0;
        if (!isa_available(isa)) continue;
        for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++) {
            built_t built = build(sites, n, keys[i][0], keys[i][1]);
            for (int32_t k = 0; k <= MAX_MISMATCHES; k++)
                if (!check(&built.index, &weights, isa, k, guides, &occurrences)) return 1;
            discard(&built);
        }
        printf("instruction set %d: %" PRIu64 " occurrences, together as one by one\n", isa, occurrences);
    }
    free(sites);
    return 0;
}
