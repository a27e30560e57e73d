/* All variants do the same: x = entry XOR rest has a non-zero pair of bits at each mismatch; (x | x >> 1) on the even
 * bits leaves one bit a mismatch; the code's bits are masked off; what is left is counted. */
#include "scan.h"

#define PAIRS 0x55555555U

static uint32_t scan_scalar(const uint32_t *entries, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t limit,
                            uint32_t *near) {
    const uint32_t mask = PAIRS << code_bits;
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = entries[i] ^ rest;
        near[found] = i;
        found += (uint32_t)__builtin_popcount((x | x >> 1) & mask) <= limit;
    }
    return found;
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

__attribute__((target("avx2,bmi,popcnt"))) static uint32_t
scan_avx2(const uint32_t *entries, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t limit, uint32_t *near) {
    const __m256i guide = _mm256_set1_epi32((int)rest), mask = _mm256_set1_epi32((int)(PAIRS << code_bits));
    const __m256i nibble = _mm256_set1_epi8(15), ones8 = _mm256_set1_epi8(1), ones16 = _mm256_set1_epi16(1);
    const __m256i limits = _mm256_set1_epi32((int)limit);
    const __m256i counts = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4)); /* bits set in a nibble */
    const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i += 8) {
        __m256i valid = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(n - i)), lanes);
        __m256i x = _mm256_xor_si256(_mm256_maskload_epi32((const int *)(entries + i), valid), guide);
        x = _mm256_and_si256(_mm256_or_si256(x, _mm256_srli_epi32(x, 1)), mask);
        __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(x, nibble));
        __m256i high = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi32(x, 4), nibble));
        __m256i mismatches = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_add_epi8(low, high), ones8), ones16);
        __m256i hits = _mm256_andnot_si256(_mm256_cmpgt_epi32(mismatches, limits), valid);
        for (uint32_t bits = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(hits)); bits; bits &= bits - 1)
            near[found++] = i + (uint32_t)__builtin_ctz(bits);
    }
    return found;
}

__attribute__((target("avx512f,avx512vpopcntdq,bmi"))) static uint32_t
scan_avx512(const uint32_t *entries, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t limit, uint32_t *near) {
    const __m512i guide = _mm512_set1_epi32((int)rest), mask = _mm512_set1_epi32((int)(PAIRS << code_bits));
    const __m512i limits = _mm512_set1_epi32((int)limit);
    uint32_t found = 0;
    for (uint32_t i = 0; i < n; i += 16) {
        __mmask16 valid = n - i >= 16 ? 0xffff : (__mmask16)((1U << (n - i)) - 1);
        __m512i x = _mm512_xor_si512(_mm512_maskz_loadu_epi32(valid, entries + i), guide);
        x = _mm512_and_si512(_mm512_or_si512(x, _mm512_srli_epi32(x, 1)), mask);
        uint32_t bits = _mm512_mask_cmple_epu32_mask(valid, _mm512_popcnt_epi32(x), limits);
        for (; bits; bits &= bits - 1) near[found++] = i + (uint32_t)__builtin_ctz(bits);
    }
    return found;
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

static uint32_t scan_neon(const uint32_t *entries, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t limit,
                          uint32_t *near) {
    const uint32x4_t guide = vdupq_n_u32(rest), mask = vdupq_n_u32(PAIRS << code_bits), limits = vdupq_n_u32(limit);
    uint32_t found = 0, i = 0;
    for (; i + 4 <= n; i += 4) {
        uint32x4_t x = veorq_u32(vld1q_u32(entries + i), guide);
        x = vandq_u32(vorrq_u32(x, vshrq_n_u32(x, 1)), mask);
        uint32x4_t mismatches = vpaddlq_u16(vpaddlq_u8(vcntq_u8(vreinterpretq_u8_u32(x))));
        uint32x4_t hits = vcleq_u32(mismatches, limits);
        if (!vmaxvq_u32(hits)) continue;
        for (uint32_t lane = 0; lane < 4; lane++) {
            uint32_t y = entries[i + lane] ^ rest;
            near[found] = i + lane;
            found += (uint32_t)__builtin_popcount((y | y >> 1) & (PAIRS << code_bits)) <= limit;
        }
    }
    uint32_t tail = scan_scalar(entries + i, n - i, rest, code_bits, limit, near + found);
    for (uint32_t j = 0; j < tail; j++) near[found + j] += i;
    return found + tail;
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
