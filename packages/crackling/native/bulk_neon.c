/* The walk with NEON. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "bulk_product.h"

#define TARGET
#define WALK_CELLS walk_cells_neon

typedef struct {
    uint32x4_t rest, pairs;
} rest_t;

typedef struct {
    uint32x4_t quarters[BLOCK / 4];
} counts_t;

static inline rest_t spread_rest(const bulk_list_t *list, uint32_t rest) {
    return (rest_t){vdupq_n_u32(rest), vdupq_n_u32(0x55555555U << code_bits(list->key_nt))};
}

/* There is no masked load: the last entries of the list are copied to where whole blocks can be read. */
static inline counts_t count_block(const bulk_list_t *list, uint32_t start, uint32_t left, rest_t rest) {
    uint32_t copies[BLOCK] = {0};
    const uint32_t *entries = list->entries + start;
    if (__builtin_expect((uint64_t)start + BLOCK > list->distinct, 0)) {
        for (uint32_t i = 0; i < left && i < BLOCK; i++) copies[i] = entries[i];
        entries = copies;
    }
    counts_t counts;
    for (uint32_t i = 0; i < BLOCK / 4; i++) {
        uint32x4_t x = veorq_u32(vld1q_u32(entries + 4 * i), rest.rest);
        x = vandq_u32(vorrq_u32(x, vshrq_n_u32(x, 1)), rest.pairs);
        counts.quarters[i] = vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u32(x))));
    }
    return counts;
}

static inline uint32_t within(counts_t counts, uint32_t fewest, uint32_t most) {
    static const uint32_t lanes[4] = {1, 2, 4, 8};
    const uint32x4_t lane = vld1q_u32(lanes), least = vdupq_n_u32(fewest), span = vdupq_n_u32(most - fewest);
    uint32_t near = 0;
    for (uint32_t i = 0; i < BLOCK / 4; i++)
        near |= vaddvq_u32(vandq_u32(vcleq_u32(vsubq_u32(counts.quarters[i], least), span), lane)) << 4 * i;
    return near;
}

static void cfd_products(const weights_t *weights, uint32_t k, hits_t *hits) {
    for (uint32_t i = 0; i < hits->count; i++) hits->cfd[i] = cfd_product(weights, k, hits->site[i], hits->guide[i]);
}

#include "bulk_walk.h"
#endif
