/* All variants do the same: x = entry XOR rest has a non-zero pair of bits at each mismatch; (x | x >> 1) on the even
 * bits leaves one bit a mismatch; the code's bits are masked off; what is left is counted. */
#include "scan.h"

#define PAIRS 0x55555555U

#define SCAN_ARGUMENTS                                                                                                 \
    const uint32_t *entries, const block_t *blocks, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t *near

static void scan_scalar(SCAN_ARGUMENTS) {
    const uint32_t pairs = PAIRS << code_bits;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *entry = entries + blocks[i].start, left = blocks[i].end - blocks[i].start;
        near[i] = 0;
        for (uint32_t lane = 0; lane < BLOCK && lane < left; lane++) {
            const uint32_t x = entry[lane] ^ rest, mismatches = (uint32_t)__builtin_popcount((x | x >> 1) & pairs);
            near[i] |= (uint32_t)(mismatches <= blocks[i].limit) << lane;
        }
    }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

/* Eight entries, `left` of them in the block (a signed number: it may be none). */
AVX2 static inline uint32_t near_avx2(const uint32_t *entry, int32_t left, int32_t limit, __m256i guide, __m256i pairs) {
    const __m256i nibble = _mm256_set1_epi8(15), ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
    const __m256i bits_in_nibble =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m256i valid = _mm256_cmpgt_epi32(_mm256_set1_epi32(left), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i x = _mm256_xor_si256(_mm256_maskload_epi32((const int *)entry, valid), guide);
    x = _mm256_and_si256(_mm256_or_si256(x, _mm256_srli_epi32(x, 1)), pairs);
    __m256i low = _mm256_shuffle_epi8(bits_in_nibble, _mm256_and_si256(x, nibble));
    __m256i high = _mm256_shuffle_epi8(bits_in_nibble, _mm256_and_si256(_mm256_srli_epi32(x, 4), nibble));
    __m256i mismatches = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_add_epi8(low, high), ones8), ones16);
    __m256i hits = _mm256_andnot_si256(_mm256_cmpgt_epi32(mismatches, _mm256_set1_epi32(limit)), valid);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(hits));
}

AVX2 static void scan_avx2(SCAN_ARGUMENTS) {
    const __m256i guide = _mm256_set1_epi32((int)rest), pairs = _mm256_set1_epi32((int)(PAIRS << code_bits));
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t *entry = entries + blocks[i].start, all = blocks[i].end - blocks[i].start;
        const int32_t left = all < BLOCK ? (int32_t)all : BLOCK, limit = (int32_t)blocks[i].limit;
        near[i] = near_avx2(entry, left, limit, guide, pairs) | near_avx2(entry + 8, left - 8, limit, guide, pairs) << 8;
    }
}

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq,bmi,popcnt")))

AVX512 static void scan_avx512(SCAN_ARGUMENTS) {
    const __m512i guide = _mm512_set1_epi32((int)rest), pairs = _mm512_set1_epi32((int)(PAIRS << code_bits));
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (uint32_t i = 0; i < n; i++) {
        const __m512i left = _mm512_set1_epi32((int)(blocks[i].end - blocks[i].start));
        const __mmask16 valid = _mm512_cmplt_epu32_mask(lanes, left);
        __m512i x = _mm512_xor_si512(_mm512_maskz_loadu_epi32(valid, entries + blocks[i].start), guide);
        x = _mm512_and_si512(_mm512_or_si512(x, _mm512_srli_epi32(x, 1)), pairs);
        const __m512i limit = _mm512_set1_epi32((int)blocks[i].limit);
        near[i] = _mm512_mask_cmple_epu32_mask(valid, _mm512_popcnt_epi32(x), limit);
    }
}

static uint64_t enabled_registers(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* The processor has it and the operating system saves its registers (Intel SDM vol. 1, 14.3 and 15.2). */
static int has_isa(int32_t isa) {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_POPCNT)) return 0;
    uint64_t registers = enabled_registers(), ymm = 0x06, zmm = 0xe6;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_BMI)) return 0;
    if (isa == ISA_AVX2) return (registers & ymm) == ymm && (b & bit_AVX2);
    return (registers & zmm) == zmm && (b & bit_AVX512F) && (c & bit_AVX512VPOPCNTDQ);
}
#endif

#if defined(__aarch64__)
#include <arm_neon.h>

/* Only whole blocks are loaded as vectors: there is no masked load. */
static void scan_neon(SCAN_ARGUMENTS) {
    static const uint32_t lanes[4] = {1, 2, 4, 8};
    const uint32x4_t guide = vdupq_n_u32(rest), pairs = vdupq_n_u32(PAIRS << code_bits), lane = vld1q_u32(lanes);
    for (uint32_t i = 0; i < n; i++) {
        if (blocks[i].end - blocks[i].start < BLOCK) {
            scan_scalar(entries, blocks + i, 1, rest, code_bits, near + i);
            continue;
        }
        near[i] = 0;
        for (uint32_t quarter = 0; quarter < BLOCK; quarter += 4) {
            uint32x4_t x = veorq_u32(vld1q_u32(entries + blocks[i].start + quarter), guide);
            x = vandq_u32(vorrq_u32(x, vshrq_n_u32(x, 1)), pairs);
            uint32x4_t mismatches = vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u32(x))));
            uint32x4_t hits = vandq_u32(vcleq_u32(mismatches, vdupq_n_u32(blocks[i].limit)), lane);
            near[i] |= vaddvq_u32(hits) << quarter;
        }
    }
}
#endif

scan_t scan_for(int32_t isa) {
    switch (isa) {
    case ISA_SCALAR: return scan_scalar;
#if defined(__x86_64__)
    case ISA_AVX2: return has_isa(isa) ? scan_avx2 : 0;
    case ISA_AVX512: return has_isa(isa) ? scan_avx512 : 0;
#endif
#if defined(__aarch64__)
    case ISA_NEON: return scan_neon;
#endif
    default: return 0;
    }
}

int32_t isa_available(int32_t isa) { return scan_for(isa) != 0; }
