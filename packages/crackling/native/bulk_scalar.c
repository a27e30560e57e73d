/* The walk in plain C. */
#include "bulk_product.h"

#define TARGET
#define WALK_CELLS walk_cells_scalar

typedef struct {
    uint32_t rest, pairs;
} rest_t;

/* Entries are compared where the range is known. */
typedef struct {
    const uint32_t *entries;
    uint32_t count;
    rest_t rest;
} counts_t;

static inline rest_t spread_rest(const bulk_list_t *list, uint32_t rest) {
    return (rest_t){rest, 0x55555555U << code_bits(list->key_nt)};
}

static inline counts_t count_block(const bulk_list_t *list, uint32_t start, uint32_t left, rest_t rest) {
    return (counts_t){list->entries + start, left < BLOCK ? left : BLOCK, rest};
}

static inline uint32_t within(counts_t counts, uint32_t fewest, uint32_t most) {
    uint32_t near = 0;
    for (uint32_t i = 0; i < counts.count; i++) {
        const uint32_t x = counts.entries[i] ^ counts.rest.rest;
        const uint32_t mismatches = (uint32_t)__builtin_popcount((x | x >> 1) & counts.rest.pairs);
        near |= (uint32_t)(mismatches - fewest <= most - fewest) << i;
    }
    return near;
}

static void cfd_products(const weights_t *weights, uint32_t k, hits_t *hits) {
    for (uint32_t i = 0; i < hits->count; i++) hits->cfd[i] = cfd_product(weights, k, hits->site[i], hits->guide[i]);
}

#include "bulk_walk.h"
