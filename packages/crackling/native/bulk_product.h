/* CFD of one hit, where no vectors are used. */
#ifndef CRACKLING_BULK_PRODUCT_H
#define CRACKLING_BULK_PRODUCT_H

#include "bulk.h"

/* The same factors in the same order as local_scores(), so the same product to the last bit. Always k steps: behind the last
 * mismatch stands the row of ones. */
static inline double cfd_product(const weights_t *weights, uint32_t k, uint64_t site, uint64_t guide) {
    const uint64_t above = 1ULL << (2 * GUIDE_NT);
    uint64_t left = mismatch_bits(site, guide) | above;
    double product = 1.0;
    for (uint32_t i = 0; i < k; i++) {
        const uint32_t shift = (uint32_t)__builtin_ctzll(left);
        product *= weights->cfd[shift / 2][guide >> shift & 3][site >> shift & 3];
        left = (left & (left - 1)) | above;
    }
    return product;
}

#endif
