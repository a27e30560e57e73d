/* From letters to sites: packing a genome and walking its windows. */
#include "kernel.h"

enum { REJECT = 5, SKIP = 6 };

/* IUPAC nucleotides; U reads as T, a gap as unknown. Everything else is no nucleotide. */
static uint8_t letter_code(unsigned char letter) {
    switch (letter | 0x20) {
    case 'a': return 0;
    case 'c': return 1;
    case 'g': return 2;
    case 't': case 'u': return 3;
    case 'n': case 'r': case 'y': case 's': case 'w': case 'k': case 'm': case 'b': case 'd': case 'h': case 'v':
        return OTHER;
    default: break;
    }
    switch (letter) {
    case ' ': case '\t': case '\n': case '\v': case '\f': case '\r': return SKIP;
    case 0x1c: case 0x1d: case 0x1e: case 0x1f: return SKIP; /* separators: white space to Python, so here as well */
    case '-': return OTHER;
    default: return REJECT;
    }
}

int64_t pack(const char *letters, uint64_t n, uint8_t *out) {
    uint8_t codes[256];
    for (int i = 0; i < 256; i++) codes[i] = letter_code((unsigned char)i);
    uint64_t bases = 0;
    uint8_t low = OTHER;
    for (uint64_t i = 0; i < n; i++) {
        uint8_t code = codes[(unsigned char)letters[i]];
        if (code > OTHER) {
            if (code == SKIP) continue;
            return -1 - (int64_t)i;
        }
        if (bases++ & 1) out[(bases - 1) / 2] = (uint8_t)(low | code << 4);
        else low = code;
    }
    out[bases / 2] = (uint8_t)((bases & 1 ? low : OTHER) | OTHER << 4);
    return (int64_t)bases;
}

/* One strand's reading of a window: 23 bases, 46 bits, PAM last. */
typedef struct {
    const uint8_t *genome;
    uint64_t length;
    int32_t skip_t;
} walk_t;

typedef void (*visit_t)(void *context, uint64_t site, uint64_t position, uint32_t flags);

/* R has a low bit of 0 (A 0, G 2) and G is 2: the last two bases of a reading with PAM NRG end in the bits 0 10. */
static inline int has_pam(uint64_t reading) { return (reading & 7) == 2; }

static inline __attribute__((always_inline)) void walk(const walk_t *walk, uint64_t from, uint64_t to, visit_t visit,
                                                       void *context) {
    const uint64_t mask = (1ULL << (2 * SITE_NT)) - 1;
    uint64_t end = to + SITE_NT - 1 < walk->length ? to + SITE_NT - 1 : walk->length;
    uint64_t forward = 0, reverse = 0, run = 0;
    for (uint64_t i = from; i < end; i++) {
        uint64_t base = walk->genome[i / 2] >> (4 * (i & 1)) & 15;
        if (base >= OTHER) {
            run = 0;
            continue;
        }
        forward = (forward << 2 | base) & mask;
        reverse = reverse >> 2 | (3 - base) << (2 * (SITE_NT - 1));
        if (++run < SITE_NT) continue;
        for (uint32_t strand = 0; strand < 2; strand++) {
            uint64_t reading = strand ? reverse : forward;
            if (!has_pam(reading)) continue;
            uint64_t site = reading >> 6;
            if (walk->skip_t && site >> (2 * GUIDE_NT - 2) == 3) continue;
            uint32_t is_ngg = (uint32_t)(reading >> 3 & 1), pam_base = (uint32_t)(reading >> 4 & 3);
            visit(context, site, i + 1 - SITE_NT, strand | is_ngg * PAM_IS_NGG | pam_base << PAM_BASE_SHIFT);
        }
    }
}

static inline __attribute__((always_inline)) void visit_count(void *context, uint64_t site, uint64_t position,
                                                              uint32_t flags) {
    (void)position, (void)flags;
    ((uint64_t *)context)[site >> (2 * (GUIDE_NT - PARTITION_NT))]++;
}

void count_sites(const uint8_t *genome, uint64_t length, uint64_t from, uint64_t to, int32_t skip_t,
                 uint64_t *histogram) {
    walk_t all = {genome, length, skip_t};
    walk(&all, from, to, visit_count, histogram);
}

typedef struct {
    uint32_t first, last;
    uint64_t *cursor, *records;
} scatter_t;

static inline __attribute__((always_inline)) void visit_scatter(void *context, uint64_t site, uint64_t position,
                                                                uint32_t flags) {
    scatter_t *to = context;
    uint32_t partition = (uint32_t)(site >> (2 * (GUIDE_NT - PARTITION_NT)));
    if (partition < to->first || partition >= to->last) return;
    to->records[to->cursor[partition]++] = site << 36 | position << 4 | flags;
}

void scatter_sites(const uint8_t *genome, uint64_t length, uint64_t from, uint64_t to, int32_t skip_t, uint32_t first,
                   uint32_t last, uint64_t *cursor, uint64_t *records) {
    walk_t all = {genome, length, skip_t};
    scatter_t target = {first, last, cursor, records};
    walk(&all, from, to, visit_scatter, &target);
}
