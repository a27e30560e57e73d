/* The 32 bits of an entry: what its list's key leaves of the site, above the code of its multiplicity; and back again. */
#ifndef CRACKLING_ENTRY_H
#define CRACKLING_ENTRY_H

#include "kernel.h"

#define ESCAPED UINT32_MAX

/* 20 - key_nt bases take 2 bits each; the code has the others. */
static inline uint32_t code_bits(uint32_t key_nt) { return 2 * key_nt - 8; }

static inline uint64_t entry_rest(uint32_t entry, uint32_t key_nt) { return entry >> code_bits(key_nt); }

static inline uint32_t entry_code(uint32_t entry, uint32_t key_nt) { return entry & ((1U << code_bits(key_nt)) - 1); }

/* Codes above it are escaped, in both lists alike: the narrower field decides, and its all-ones is taken. */
static inline uint32_t largest_code(uint32_t prefix_nt, uint32_t suffix_nt) {
    return (1U << code_bits(prefix_nt < suffix_nt ? prefix_nt : suffix_nt)) - 2;
}

static inline uint32_t multiplicity_code(uint32_t ngg, uint32_t nag, uint32_t largest) {
    uint64_t n = (uint64_t)ngg + nag, code = n * (n + 1) / 2 - 1 + nag;
    return code > largest ? ESCAPED : (uint32_t)code;
}

/* ESCAPED becomes all ones of whatever width the field has. */
static inline uint32_t make_entry(uint64_t rest, uint32_t code, uint32_t key_nt) {
    return (uint32_t)(rest << code_bits(key_nt)) | (code & ((1U << code_bits(key_nt)) - 1));
}

typedef struct {
    uint32_t ngg, nag;
} pair_t;

static inline pair_t overflow_pair(const index_t *index, uint64_t site) {
    uint64_t low = 0, high = index->overflows;
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        if (index->overflow[middle].site < site) low = middle + 1;
        else high = middle;
    }
    if (low == index->overflows || index->overflow[low].site != site) return (pair_t){0, 0};
    return (pair_t){index->overflow[low].ngg, index->overflow[low].nag};
}

/* The inverse of multiplicity_code: n is the largest with n (n + 1) / 2 - 1 <= code, and (2 n + 1)^2 <= 8 code + 9 says
 * the same. Exact: codes that are not escaped have at most 12 bits. */
static inline pair_t multiplicity(const index_t *index, uint64_t site, uint32_t code) {
    if (code > largest_code(index->prefix_nt, index->suffix_nt)) return overflow_pair(index, site);
    const uint32_t n = (uint32_t)(int32_t)((__builtin_sqrtf((float)(int32_t)(8 * code + 9)) - 1.0F) * 0.5F);
    const uint32_t nag = code - (n * (n + 1) / 2 - 1);
    return (pair_t){n - nag, nag};
}

#endif
