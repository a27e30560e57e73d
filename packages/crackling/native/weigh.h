/* Weigh a near site: its mismatches with the guide, and its two local scores. */
#ifndef CRACKLING_WEIGH_H
#define CRACKLING_WEIGH_H

#include "kernel.h"

#define PAIRS40 0x5555555555ULL

/* One bit a mismatch, at the even bit of its base. */
static inline uint64_t mismatch_bits(uint64_t site, uint64_t guide) {
    uint64_t x = site ^ guide;
    return (x | x >> 1) & PAIRS40;
}

static inline uint32_t count_bits(uint64_t bits) { return (uint32_t)__builtin_popcountll(bits); }

typedef struct {
    double mit, cfd;
} scores_t;

/* Factors of both scores side by side, so that one instruction multiplies both. */
typedef double factors_t __attribute__((vector_size(16)));

/* The cost of a mismatch with one guide, by position and the site's base; the row above the site is all ones. */
typedef struct {
    factors_t factors[GUIDE_NT + 1][4];
} costs_t;

static inline void set_costs(costs_t *costs, const weights_t *weights, uint64_t guide) {
    for (uint32_t position = 0; position <= GUIDE_NT; position++)
        for (uint32_t base = 0; base < 4; base++) {
            const double cfd = weights->cfd[position][guide >> (2 * position) & 3][base];
            costs->factors[position][base] = (factors_t){weights->mit_kept[position], cfd};
        }
}

/* MIT (Hsu et al. 2013): the product of (1 - weight) over the n mismatches, times a term for n and their spread.
 * CFD (Doench et al. 2016): the product of a weight for each mismatch, here before the PAM's weight.
 * The loop always takes k steps, so that the processor need not guess how many mismatches there are: behind the last one it
 * meets the bit above the site, whose factors are 1. */
static inline scores_t local_scores(const weights_t *weights, const costs_t *costs, uint32_t k, uint64_t bits, uint64_t site) {
    const uint64_t above = 1ULL << (2 * GUIDE_NT);
    const uint32_t n = count_bits(bits);
    factors_t product = {100.0, 1.0};
    uint64_t left = bits | above;
    for (uint32_t i = 0; i < k; i++) {
        const uint32_t shift = (uint32_t)__builtin_ctzll(left);
        product *= costs->factors[shift / 2][site >> shift & 3];
        left = (left & (left - 1)) | above;
    }
    const uint32_t last = (uint32_t)__builtin_ctzll(bits | above), first = 63 - (uint32_t)__builtin_clzll(bits | 1);
    return (scores_t){n ? product[0] * weights->mit_spread[n][(first - last) / 2] : product[0], product[1]};
}

#endif
