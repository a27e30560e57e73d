/* The walk with AVX2. */
#if defined(__x86_64__)
#include <immintrin.h>

#include "bulk_product.h"

#define TARGET __attribute__((target("avx2,bmi,popcnt")))
#define WALK_CELLS walk_cells_avx2

typedef struct {
    __m256i rest, pairs;
} rest_t;

typedef struct {
    __m256i low, high; /* of the first eight entries, of the others */
} counts_t;

TARGET static inline rest_t spread_rest(const bulk_list_t *list, uint32_t rest) {
    return (rest_t){_mm256_set1_epi32((int)rest), _mm256_set1_epi32((int)(0x55555555U << code_bits(list->key_nt)))};
}

/* Four bits have one of two counts a base: a table says them, and the bytes of an entry are added up. */
TARGET static inline __m256i count_eight(__m256i entries, rest_t rest) {
    const __m256i nibble = _mm256_set1_epi8(15), ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
    const __m256i bits_in_nibble = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m256i x = _mm256_xor_si256(entries, rest.rest);
    x = _mm256_and_si256(_mm256_or_si256(x, _mm256_srli_epi32(x, 1)), rest.pairs);
    /* Pairs have only even bits, so the upper half of a byte fits between those of the lower. */
    x = _mm256_and_si256(_mm256_or_si256(x, _mm256_srli_epi32(x, 3)), nibble);
    return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_shuffle_epi8(bits_in_nibble, x), ones8), ones16);
}

/* A masked load takes longer than reading entries that do not count, so only the list's end has one. */
TARGET static inline __m256i load_eight(const bulk_list_t *list, uint64_t start) {
    const uint32_t *entries = list->entries + start;
    if (__builtin_expect(start + 8 <= list->distinct, 1)) return _mm256_loadu_si256((const __m256i *)entries);
    const int32_t left = start < list->distinct ? (int32_t)(list->distinct - start) : 0;
    return _mm256_maskload_epi32((const int *)entries, _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)));
}

TARGET static inline counts_t count_block(const bulk_list_t *list, uint32_t start, uint32_t left, rest_t rest) {
    (void)left;
    return (counts_t){count_eight(load_eight(list, start), rest), count_eight(load_eight(list, (uint64_t)start + 8), rest)};
}

TARGET static inline uint32_t within_eight(__m256i counts, uint32_t fewest, uint32_t most) {
    const __m256i many = _mm256_cmpgt_epi32(counts, _mm256_set1_epi32((int)most));
    const __m256i few = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)fewest), counts);
    return ~(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_or_si256(many, few))) & 0xff;
}

TARGET static inline uint32_t within(counts_t counts, uint32_t fewest, uint32_t most) {
    return within_eight(counts.low, fewest, most) | within_eight(counts.high, fewest, most) << 8;
}

TARGET static void cfd_products(const weights_t *weights, uint32_t k, hits_t *hits) {
    for (uint32_t i = 0; i < hits->count; i++) hits->cfd[i] = cfd_product(weights, k, hits->site[i], hits->guide[i]);
}

#include "bulk_walk.h"
#endif
