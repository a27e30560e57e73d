/* Prepare a search: guides as numbers, and the groups of buckets that it reads. */
#include "kernel.h"

#include <string.h>

uint64_t read_guides(const char *letters, uint64_t n, uint64_t *guides) {
    uint8_t codes[256];
    memset(codes, OTHER, sizeof codes);
    codes['A'] = 0, codes['C'] = 1, codes['G'] = 2, codes['T'] = 3;
    for (uint64_t i = 0; i < n; i++) {
        uint8_t seen = 0;
        guides[i] = 0;
        for (uint32_t j = 0; j < GUIDE_NT; j++) {
            const uint8_t code = codes[(unsigned char)letters[i * GUIDE_NT + j]];
            guides[i] = guides[i] << 2 | (code & 3);
            seen |= code;
        }
        if (seen >= OTHER) return i;
    }
    return n;
}

/* ---- groups: the buckets whose keys are within some mismatches of a key ---- */

/* Depth first from the highest base, matching base first: the groups come in ascending order of `change`. */
static uint64_t enumerate(uint32_t bases_left, int32_t radius, group_t group, group_t *groups, uint64_t n) {
    if (bases_left == 1) { /* the last base: free while a mismatch is left for it */
        group.buckets = group.mismatches < radius ? 4 : 1;
        if (groups) groups[n] = group;
        return n + 1;
    }
    n = enumerate(bases_left - 1, radius, group, groups, n);
    if (group.mismatches == radius) return n;
    group.mismatches++;
    for (uint32_t other = 1; other < 4; other++) {
        group_t changed = group;
        changed.change |= other << (2 * (bases_left - 1));
        n = enumerate(bases_left - 1, radius, changed, groups, n);
    }
    return n;
}

uint64_t list_groups(uint32_t key_nt, int32_t radius, group_t *groups) {
    return radius < 0 ? 0 : enumerate(key_nt, radius, (group_t){0, 0, 0}, groups, 0);
}
