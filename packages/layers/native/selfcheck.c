/* Do all scans that this machine has find what the scalar one finds? For instruction sets that are at hand in an emulator only.
 *
 *     cc -std=c11 -O2 selfcheck.c scan.c -o selfcheck && ./selfcheck
 */
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 600, BLOCKS = 64, ROUNDS = 4000 };

static uint64_t state = 1;

/* xorshift64 */
static uint32_t random_number(uint32_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

/* Some equal to `rest`, some a base or a few off it, some anything. */
static uint32_t random_entry(uint32_t rest) {
    uint32_t entry = random_number(8) ? rest : (uint32_t)state;
    for (uint32_t changes = random_number(7); changes > 0; changes--) entry ^= 1U << random_number(32);
    return entry;
}

static int check(int32_t isa) {
    uint32_t *entries = malloc(ENTRIES * sizeof *entries); /* of its own, for a sanitizer or an emulator to see its end */
    uint64_t total = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const uint32_t rest = random_number(UINT32_MAX), code_bits = 2 + 2 * random_number(8);
        uint32_t expected[BLOCKS], near[BLOCKS];
        block_t blocks[BLOCKS];
        for (uint32_t i = 0; i < ENTRIES; i++) entries[i] = random_entry(rest);
        for (uint32_t i = 0; i < BLOCKS; i++) {
            const uint32_t start = random_number(ENTRIES + 1), length = random_number(ENTRIES + 1 - start);
            const uint32_t shorter = random_number(3) ? length % 20 : length;
            blocks[i] = (block_t){start, start + shorter, random_number(7), 0};
        }
        scan_for(ISA_SCALAR)(entries, blocks, BLOCKS, rest, code_bits, expected);
        scan_for(isa)(entries, blocks, BLOCKS, rest, code_bits, near);
        if (memcmp(expected, near, sizeof near)) {
            printf("instruction set %d, round %u: not what the scalar scan finds\n", isa, round);
            return 0;
        }
        for (uint32_t i = 0; i < BLOCKS; i++) total += (uint32_t)__builtin_popcount(expected[i]);
    }
    free(entries);
    printf("instruction set %d: %llu near entries, as scalar\n", isa, (unsigned long long)total);
    return 1;
}

int main(void) {
    for (int32_t isa = ISA_SCALAR; isa <= ISA_NEON; isa++)
        if (scan_for(isa) && !check(isa)) return 1;
    return 0;
}
