/* All variants do the same: x = entry XOR rest has a non-zero pair of bits at each mismatch; (x | x >> 1) on the even
 * bits leaves one bit a mismatch; the code's bits are masked off; what is left is counted. */
#include "scan.h"

#define PAIRS 0x55555555U

/* The bookkeeping of all variants. SCAN(entry, left) is one step: a mask of those of the next min(left, STEP) entries that are
 * near; EMIT writes the places of a mask that is not empty. Where `left` is the constant STEP, the compiler drops what a step
 * does for the last entries of a stretch. */
#define WALK_STRETCHES(STEP, SCAN, EMIT)                                                                               \
    uint32_t found = 0;                                                                                                \
    for (; *first < n; ++*first) {                                                                                     \
        stretch_t *stretch = &stretches[*first];                                                                       \
        const uint32_t limit = stretch->limit;                                                                         \
        while (stretch->start < stretch->end) {                                                                        \
            const uint32_t left = stretch->end - stretch->start, fit = (room - found) / SCAN_STEP * SCAN_STEP;         \
            if (!fit) return found;                                                                                    \
            const uint32_t begin = stretch->start, count = left < fit ? left : fit;                                    \
            uint32_t i = 0;                                                                                            \
            for (; count - i >= STEP; i += STEP) {                                                                     \
                const uint32_t bits = SCAN(entries + begin + i, STEP);                                                 \
                if (bits) EMIT(bits, begin + i);                                                                       \
            }                                                                                                          \
            if (i < count) {                                                                                           \
                const uint32_t bits = SCAN(entries + begin + i, count - i);                                            \
                if (bits) EMIT(bits, begin + i);                                                                       \
            }                                                                                                          \
            stretch->start += count;                                                                                   \
        }                                                                                                              \
    }                                                                                                                  \
    return found

#define EMIT_ONE_BY_ONE(bits, i)                                                                                       \
    for (uint32_t b = (bits); b; b &= b - 1) {                                                                         \
        places[found] = (i) + (uint32_t)__builtin_ctz(b);                                                              \
        owners[found++] = *first;                                                                                      \
    }

#define SCAN_ARGUMENTS                                                                                                 \
    const uint32_t *entries, stretch_t *stretches, uint32_t n, uint32_t *first, uint32_t rest, uint32_t code_bits,     \
        uint32_t *places, uint32_t *owners, uint32_t room

static uint32_t step_scalar(const uint32_t *entry, uint32_t rest, uint32_t mask, uint32_t limit) {
    uint32_t x = *entry ^ rest;
    return (uint32_t)__builtin_popcount((x | x >> 1) & mask) <= limit;
}

static uint32_t scan_scalar(SCAN_ARGUMENTS) {
    const uint32_t mask = PAIRS << code_bits;
#define SCAN(entry, left) (((void)(left)), step_scalar(entry, rest, mask, limit))
    WALK_STRETCHES(1, SCAN, EMIT_ONE_BY_ONE);
#undef SCAN
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))

AVX2 static inline uint32_t step_avx2(const uint32_t *entry, uint32_t left, __m256i guide, __m256i mask, uint32_t limit) {
    const __m256i nibble = _mm256_set1_epi8(15), ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
    const __m256i bits_in_nibble =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    __m256i valid = _mm256_cmpgt_epi32(_mm256_set1_epi32(left < 8 ? (int)left : 8), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    __m256i x = _mm256_xor_si256(_mm256_maskload_epi32((const int *)entry, valid), guide);
    x = _mm256_and_si256(_mm256_or_si256(x, _mm256_srli_epi32(x, 1)), mask);
    __m256i low = _mm256_shuffle_epi8(bits_in_nibble, _mm256_and_si256(x, nibble));
    __m256i high = _mm256_shuffle_epi8(bits_in_nibble, _mm256_and_si256(_mm256_srli_epi32(x, 4), nibble));
    __m256i mismatches = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_add_epi8(low, high), ones8), ones16);
    __m256i hits = _mm256_andnot_si256(_mm256_cmpgt_epi32(mismatches, _mm256_set1_epi32((int)limit)), valid);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(hits));
}

AVX2 static uint32_t scan_avx2(SCAN_ARGUMENTS) {
    const __m256i guide = _mm256_set1_epi32((int)rest), mask = _mm256_set1_epi32((int)(PAIRS << code_bits));
#define SCAN(entry, left) step_avx2(entry, left, guide, mask, limit)
    WALK_STRETCHES(8, SCAN, EMIT_ONE_BY_ONE);
#undef SCAN
}

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq,bmi,popcnt")))

AVX512 static inline uint32_t step_avx512(const uint32_t *entry, uint32_t left, __m512i guide, __m512i mask,
                                          uint32_t limit) {
    __mmask16 valid = left >= 16 ? 0xffff : (__mmask16)((1U << left) - 1);
    __m512i x = _mm512_xor_si512(_mm512_maskz_loadu_epi32(valid, entry), guide);
    x = _mm512_and_si512(_mm512_or_si512(x, _mm512_srli_epi32(x, 1)), mask);
    return _mm512_mask_cmple_epu32_mask(valid, _mm512_popcnt_epi32(x), _mm512_set1_epi32((int)limit));
}

AVX512 static uint32_t scan_avx512(SCAN_ARGUMENTS) {
    const __m512i guide = _mm512_set1_epi32((int)rest), mask = _mm512_set1_epi32((int)(PAIRS << code_bits));
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#define SCAN(entry, left) step_avx512(entry, left, guide, mask, limit)
#define EMIT_PACKED(bits, i)                                                                                           \
    do {                                                                                                               \
        const __m512i all = _mm512_add_epi32(_mm512_set1_epi32((int)(i)), lanes);                                      \
        _mm512_storeu_si512(places + found, _mm512_maskz_compress_epi32((__mmask16)(bits), all));                      \
        _mm512_storeu_si512(owners + found, _mm512_set1_epi32((int)*first));                                           \
        found += (uint32_t)__builtin_popcount(bits);                                                                   \
    } while (0)
    WALK_STRETCHES(16, SCAN, EMIT_PACKED);
#undef EMIT_PACKED
#undef SCAN
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

static inline uint32_t step_neon(const uint32_t *entry, uint32_t left, uint32_t rest, uint32_t mask, uint32_t limit) {
    static const uint32_t lanes[4] = {1, 2, 4, 8};
    if (left < 4) {
        uint32_t bits = 0;
        for (uint32_t i = 0; i < left; i++) bits |= step_scalar(entry + i, rest, mask, limit) << i;
        return bits;
    }
    uint32x4_t x = veorq_u32(vld1q_u32(entry), vdupq_n_u32(rest));
    x = vandq_u32(vorrq_u32(x, vshrq_n_u32(x, 1)), vdupq_n_u32(mask));
    uint32x4_t mismatches = vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u32(x))));
    return vaddvq_u32(vandq_u32(vcleq_u32(mismatches, vdupq_n_u32(limit)), vld1q_u32(lanes)));
}

static uint32_t scan_neon(SCAN_ARGUMENTS) {
    const uint32_t mask = PAIRS << code_bits;
#define SCAN(entry, left) step_neon(entry, left, rest, mask, limit)
    WALK_STRETCHES(4, SCAN, EMIT_ONE_BY_ONE);
#undef SCAN
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
