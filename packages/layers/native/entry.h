/* The 32 bits of an entry: what its list's key leaves of the site, above the code of its multiplicity. */
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

#endif
