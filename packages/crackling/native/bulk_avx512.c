/* The walk with AVX-512 and its counts of bits. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "bulk.h"

#define TARGET __attribute__((target("avx512f,avx512vpopcntdq,bmi,popcnt")))
#define WALK_CELLS walk_cells_avx512

typedef struct {
    __m512i rest, pairs;
} rest_t;
typedef __m512i counts_t;

TARGET static inline rest_t spread_rest(const bulk_list_t *list, uint32_t rest) {
    return (rest_t){_mm512_set1_epi32((int)rest), _mm512_set1_epi32((int)(0x55555555U << code_bits(list->key_nt)))};
}

/* A masked load takes longer than reading entries that do not count, so only the list's end has one. */
TARGET static inline __m512i load_block(const bulk_list_t *list, uint32_t start, uint32_t left) {
    if (__builtin_expect((uint64_t)start + BLOCK <= list->distinct, 1)) return _mm512_loadu_si512(list->entries + start);
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_maskz_loadu_epi32(_mm512_cmplt_epu32_mask(lanes, _mm512_set1_epi32((int)left)), list->entries + start);
}

TARGET static inline counts_t count_block(const bulk_list_t *list, uint32_t start, uint32_t left, rest_t rest) {
    const __m512i x = _mm512_xor_si512(load_block(list, start, left), rest.rest);
    return _mm512_popcnt_epi32(_mm512_and_si512(_mm512_or_si512(x, _mm512_srli_epi32(x, 1)), rest.pairs));
}

TARGET static inline uint32_t within(counts_t counts, uint32_t fewest, uint32_t most) {
    const __m512i above = _mm512_sub_epi32(counts, _mm512_set1_epi32((int)fewest));
    return _mm512_cmple_epu32_mask(above, _mm512_set1_epi32((int)(most - fewest)));
}

/* Eight hits at a time, all positions in turn: the factor is 1 where the bases match, so it is the same product as that of
 * the mismatches alone. A position's 16 factors lie in two registers, from which each hit takes its own. */
TARGET static void cfd_products(const weights_t *weights, uint32_t k, hits_t *hits) {
    (void)k;
    for (uint32_t i = 0; i < hits->count; i += 8) {
        __m512i site = _mm512_loadu_si512(hits->site + i), guide = _mm512_slli_epi64(_mm512_loadu_si512(hits->guide + i), 2);
        __m512d product = _mm512_set1_pd(1.0);
        for (uint32_t position = 0; position < GUIDE_NT; position++) {
            const double *factors = &weights->cfd[position][0][0];
            const __m512i pair = _mm512_ternarylogic_epi64(_mm512_set1_epi64(12), guide, site, 0xca); /* bits 2, 3 of the guide */
            product = _mm512_mul_pd(product, _mm512_permutex2var_pd(_mm512_loadu_pd(factors), pair, _mm512_loadu_pd(factors + 8)));
            site = _mm512_srli_epi64(site, 2), guide = _mm512_srli_epi64(guide, 2);
        }
        _mm512_storeu_pd(hits->cfd + i, product);
    }
}

#include "bulk_walk.h"
#endif
