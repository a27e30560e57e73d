/* Do all scans that this machine has find what the scalar one finds? For instruction sets that only an emulator has.
 *
 *     cc -std=c11 -O2 selfcheck.c scan.c -o selfcheck && ./selfcheck
 */
#include "scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 600, BLOCKS = 100, ROUNDS = 4000 };

static uint64_t state = 1;

/* xorshift64 */
static uint32_t random_number(uint32_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

/* Most are `rest` or a few bits off it, some anything. */
static uint32_t random_entry(uint32_t rest) {
    uint32_t entry = random_number(8) ? rest : (uint32_t)state;
    for (uint32_t changes = random_number(7); changes > 0; changes--) entry ^= 1U << random_number(32);
    return entry;
}

/* Anywhere in the list, of every length, many up to its very end. */
static block_t random_block(void) {
    const uint32_t start = random_number(4) ? random_number(ENTRIES) : ENTRIES - 1 - random_number(2 * BLOCK);
    const uint32_t length = random_number(2) ? random_number(2 * BLOCK + 1) : ENTRIES;
    return (block_t){start, length < ENTRIES - start ? start + length : ENTRIES, random_number(7), 0};
}

static int check(int32_t isa) {
    uint32_t *entries = malloc(ENTRIES * sizeof *entries); /* of its own, so that a sanitizer sees its end */
    if (!entries) return 0;
    uint64_t total = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        const uint32_t rest = random_number(UINT32_MAX), code_bits = 2 + 2 * random_number(8);
        uint32_t expected[BLOCKS], found[BLOCKS];
        block_t blocks[BLOCKS];
        for (uint32_t i = 0; i < ENTRIES; i++) entries[i] = random_entry(rest);
        for (uint32_t i = 0; i < BLOCKS; i++) blocks[i] = random_block();
        scan_for(ISA_SCALAR)(entries, blocks, BLOCKS, rest, code_bits, expected);
        scan_for(isa)(entries, blocks, BLOCKS, rest, code_bits, found);
        for (uint32_t i = 0; i < BLOCKS; i++) {
            if (found[i] != expected[i]) {
                printf("instruction set %d, round %u, block %u: %x, not %x\n", isa, round, i, found[i], expected[i]);
                return 0;
            }
            total += (uint32_t)__builtin_popcount(found[i]);
        }
    }
    free(entries);
    printf("instruction set %d: %" PRIu64 " near entries, as the scalar scan finds\n", isa, total);
    return 1;
}

int main(void) {
    for (int32_t isa = ISA_SCALAR; isa <= ISA_NEON; isa++)
        if (scan_for(isa) && !check(isa)) return 1;
    return 0;
}
