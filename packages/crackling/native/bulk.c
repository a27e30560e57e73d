/* Prepare a bulk search: its tables, the guides in the order of each list's keys, cells and changes. */
#include "bulk.h"

#include <string.h>

enum { DIGIT_BITS = 12, GUIDE_DIGIT_BITS = 10, ALIGNMENT = 64 };

/* ---- the table of local MIT scores ---- */

static uint64_t choose(uint32_t n, uint32_t k) {
    uint64_t ways = 1;
    for (uint32_t i = 1; i <= k; i++) ways = ways * (n + 1 - i) / i;
    return k > n ? 0 : ways;
}

uint64_t mit_table_bytes(int32_t mismatches) {
    uint64_t patterns = 0;
    for (uint32_t n = 0; n <= (uint32_t)mismatches; n++) patterns += choose(GUIDE_NT, n);
    return sizeof(mit_table_t) + patterns * sizeof(uint32_t);
}

/* Ranks lower halves by their number of mismatches; below[n]: how many have at most n. */
static void rank_lower_halves(mit_table_t *table, uint32_t *below) {
    uint32_t rank = 0;
    for (uint32_t n = 0; n <= GUIDE_NT / 2; n++) {
        for (uint32_t low = 0; low < HALF_PATTERNS; low++)
            if (count_bits(low) == n) table->lower[low] = rank++;
        below[n] = rank;
    }
}

static uint32_t mit_units(const weights_t *weights, const costs_t *costs, uint32_t k, uint32_t pattern) {
    uint64_t bits = 0;
    for (uint32_t base = 0; base < GUIDE_NT; base++) bits |= (uint64_t)(pattern >> base & 1) << (2 * base);
    return pattern ? (uint32_t)(local_scores(weights, costs, k, bits, 0).mit * (1 << SCORE_UNIT_BITS) + 0.5) : 0;
}

void make_mit_table(const weights_t *weights, int32_t mismatches, mit_table_t *table) {
    const uint32_t k = (uint32_t)mismatches;
    uint32_t below[GUIDE_NT / 2 + 1], next = 0;
    costs_t costs;
    set_costs(&costs, weights, 0);
    rank_lower_halves(table, below);
    for (uint32_t high = 0; high < HALF_PATTERNS; high++) {
        const uint32_t used = count_bits(high);
        table->upper[high] = 0;
        if (used > k) continue;
        table->upper[high] = next;
        for (uint32_t low = 0; low < HALF_PATTERNS; low++)
            if (used + count_bits(low) <= k)
                table->units[next + table->lower[low]] = mit_units(weights, &costs, k, high * HALF_PATTERNS + low);
        next += below[k - used];
    }
}

/* ---- distinct guides ---- */

typedef struct {
    uint64_t guide, number;
} numbered_t;

static void sort_by_digit(const numbered_t *from, numbered_t *to, uint64_t n, uint32_t shift) {
    const uint64_t last = (1 << GUIDE_DIGIT_BITS) - 1;
    uint64_t next[1 << GUIDE_DIGIT_BITS] = {0}, sum = 0;
    for (uint64_t i = 0; i < n; i++) next[from[i].guide >> shift & last]++;
    for (uint64_t digit = 0; digit <= last; digit++) {
        const uint64_t count = next[digit];
        next[digit] = sum;
        sum += count;
    }
    for (uint64_t i = 0; i < n; i++) to[next[from[i].guide >> shift & last]++] = from[i];
}

uint64_t distinct_guides_bytes(uint64_t n) { return 2 * n * sizeof(numbered_t); }

uint64_t distinct_guides(const uint64_t *guides, uint64_t n, void *memory, uint64_t *distinct, uint64_t *which) {
    numbered_t *sorted = memory, *other = sorted + n;
    for (uint64_t i = 0; i < n; i++) sorted[i] = (numbered_t){guides[i], i};
    for (uint32_t shift = 0; shift < 2 * GUIDE_NT; shift += 2 * GUIDE_DIGIT_BITS) { /* there and back */
        sort_by_digit(sorted, other, n, shift);
        sort_by_digit(other, sorted, n, shift + GUIDE_DIGIT_BITS);
    }
    uint64_t found = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (!i || sorted[i].guide != sorted[i - 1].guide) distinct[found++] = sorted[i].guide;
        which[sorted[i].number] = found - 1;
    }
    return found;
}

/* ---- memory ---- */

/* Parts of the caller's memory, one after the other; without memory they are only counted. */
typedef struct {
    char *memory;
    uint64_t used;
} room_t;

static void *take(room_t *room, uint64_t bytes) {
    char *part = room->memory ? room->memory + room->used : NULL;
    room->used += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return part;
}

typedef struct {
    bulk_t *bulk;
    uint64_t *guides[2]; /* sorted from one to the other */
    uint32_t *numbers[2], *changes;
} parts_t;

static uint64_t changes_within(uint32_t nt, int32_t radius) {
    uint64_t n = 0, ways = 1;
    for (int32_t d = 0; d <= radius; d++, ways *= 3) n += choose(nt, (uint32_t)d) * ways;
    return n;
}

static parts_t divide(room_t *room, const index_t *index, const search_t *search, uint64_t n) {
    const int32_t suffix_radius = search->mismatches - 1 - search->prefix_radius;
    const uint64_t prefix = changes_within(index->prefix_nt - 2, search->prefix_radius);
    const uint64_t suffix = changes_within(index->suffix_nt - 2, suffix_radius), most = prefix > suffix ? prefix : suffix;
    parts_t parts = {.bulk = take(room, sizeof(bulk_t))};
    for (uint32_t i = 0; i < 2; i++) parts.guides[i] = take(room, n * sizeof(uint64_t));
    for (uint32_t i = 0; i < 2; i++) parts.numbers[i] = take(room, n * sizeof(uint32_t));
    parts.changes = take(room, most * sizeof(uint32_t));
    return parts;
}

uint64_t score_bulk_bytes(const index_t *index, const search_t *search, uint64_t n) {
    room_t room = {NULL, 0};
    divide(&room, index, search, n);
    return room.used;
}

/* ---- a list and its changes ---- */

/* As many cells as make each fit its cache, but no more than the guides pay for. */
static uint32_t choose_cell_nt(uint64_t distinct, uint32_t key_nt, uint64_t guides) {
    const uint64_t bytes = sizeof(uint32_t) * (distinct + (1ULL << 2 * key_nt));
    uint32_t nt = 1;
    while (nt < MAX_CELL_NT && nt < key_nt - 1 && bytes >> 2 * nt > CELL_BYTES && guides >> 2 * (nt + 1) >= GUIDES_A_CELL) nt++;
    return nt;
}

static bulk_list_t bulk_prefix_list(const index_t *index, const search_t *search, uint64_t guides) {
    const uint32_t nt = index->prefix_nt, cell_nt = choose_cell_nt(index->distinct, nt, guides);
    return (bulk_list_t){.directory = index->prefix_directory, .entries = index->prefix_entries, .distinct = index->distinct,
                         .key_nt = nt, .cell_nt = cell_nt, .inner_nt = nt - cell_nt, .key_shift = 2 * (GUIDE_NT - nt),
                         .radius = search->prefix_radius, .fewest = 0, .first_shift = 0, .met = -1};
}

static bulk_list_t bulk_suffix_list(const index_t *index, const search_t *search, uint64_t guides) {
    const uint32_t nt = index->suffix_nt, cell_nt = choose_cell_nt(index->distinct, nt, guides);
    return (bulk_list_t){.directory = index->suffix_directory, .entries = index->suffix_entries, .distinct = index->distinct,
                         .key_nt = nt, .cell_nt = cell_nt, .inner_nt = nt - cell_nt, .rest_shift = 2 * nt,
                         .radius = search->mismatches - 1 - search->prefix_radius,
                         .fewest = (uint32_t)(search->prefix_radius + 1),
                         .first_shift = 2 * (GUIDE_NT - index->prefix_nt), .met = search->prefix_radius};
}

/* Writes the changes of nt bases with exactly d mismatches; `shift` bits below them stay as they are. */
static uint32_t list_changes(uint32_t nt, uint32_t d, uint32_t shift, uint32_t change, uint32_t *changes, uint32_t n) {
    if (d > nt) return n;
    if (!nt) {
        changes[n] = change << shift;
        return n + 1;
    }
    n = list_changes(nt - 1, d, shift, change, changes, n);
    for (uint32_t other = 1; d && other < 4; other++)
        n = list_changes(nt - 1, d - 1, shift, change | other << (2 * (nt - 1)), changes, n);
    return n;
}

static void list_rings(bulk_list_t *list, uint32_t *cell_changes, uint32_t *inner_changes) {
    uint32_t cells = 0, inner = 0;
    for (uint32_t d = 0; (int32_t)d <= list->radius; d++) {
        const uint32_t end = list_changes(list->inner_nt - 1, d, 2, 0, inner_changes, inner);
        list->inner[d] = (ring_t){inner_changes + inner, end - inner};
        inner = end;
        if (d > list->cell_nt) continue;
        const uint32_t cells_end = list_changes(list->cell_nt, d, 0, 0, cell_changes, cells);
        list->cells[d] = (ring_t){cell_changes + cells, cells_end - cells};
        cells = cells_end;
    }
}

/* ---- guides in the order of a list ---- */

static void sort_by_key_digit(bulk_t *bulk, const parts_t *parts, uint32_t from, uint64_t n, uint32_t shift) {
    const uint32_t last = (1 << DIGIT_BITS) - 1;
    uint32_t *next = bulk->digits, sum = 0;
    memset(next, 0, sizeof bulk->digits);
    for (uint64_t i = 0; i < n; i++) next[guide_key(&bulk->list, parts->guides[from][i]) >> shift & last]++;
    for (uint32_t digit = 0; digit <= last; digit++) {
        const uint32_t count = next[digit];
        next[digit] = sum;
        sum += count;
    }
    for (uint64_t i = 0; i < n; i++) {
        const uint32_t to = next[guide_key(&bulk->list, parts->guides[from][i]) >> shift & last]++;
        parts->guides[from ^ 1][to] = parts->guides[from][i], parts->numbers[from ^ 1][to] = parts->numbers[from][i];
    }
}

static void sort_by_key(bulk_t *bulk, const parts_t *parts, const uint64_t *guides, uint64_t n) {
    for (uint64_t i = 0; i < n; i++) parts->guides[0][i] = guides[i], parts->numbers[0][i] = (uint32_t)i;
    sort_by_key_digit(bulk, parts, 0, n, 0);
    sort_by_key_digit(bulk, parts, 1, n, DIGIT_BITS);
    bulk->guides = parts->guides[0], bulk->numbers = parts->numbers[0];
    const uint32_t cells = 1U << 2 * bulk->list.cell_nt, inner_bits = 2 * bulk->list.inner_nt;
    uint32_t i = 0;
    for (uint32_t cell = 0; cell < cells; cell++) {
        while (i < n && guide_key(&bulk->list, bulk->guides[i]) >> inner_bits < cell) i++;
        bulk->starts[cell] = i;
    }
    bulk->starts[cells] = (uint32_t)n;
}

/* ---- the search ---- */

static walk_cells_t walk_cells_for(int32_t isa) {
    switch (isa) {
#if defined(__x86_64__)
    case ISA_AVX2: return walk_cells_avx2;
    case ISA_AVX512: return walk_cells_avx512;
#endif
#if defined(__aarch64__)
    case ISA_NEON: return walk_cells_neon;
#endif
    default: return walk_cells_scalar;
    }
}

/* All pairs whose code is not escaped. */
static void list_pairs(bulk_t *bulk) {
    uint32_t code = 0;
    for (uint32_t n = 1; code <= bulk->largest_code; n++)
        for (uint32_t nag = 0; nag <= n && code <= bulk->largest_code; nag++, code++) {
            bulk->pairs[code].ngg = (uint16_t)(n - nag);
            bulk->pairs[code].nag = (uint16_t)nag;
        }
}

void score_bulk(const index_t *index, const weights_t *weights, const mit_table_t *mit, const search_t *search,
                int32_t compatible, const uint64_t *guides, uint64_t n, void *memory, totals_t *totals) {
    room_t room = {memory, 0};
    const parts_t parts = divide(&room, index, search, n);
    bulk_t *bulk = parts.bulk;
    bulk->index = index, bulk->weights = weights, bulk->mit = mit, bulk->totals = totals;
    bulk->mismatches = (uint32_t)search->mismatches;
    bulk->largest_code = largest_code(index->prefix_nt, index->suffix_nt);
    bulk->ngg_weight = weights->cfd_ngg, bulk->nag_weight = compatible ? weights->cfd_ngg : weights->cfd_nag;
    bulk->singles.count = bulk->fours.count = bulk->long_singles.count = bulk->hits.count = 0;
    list_pairs(bulk);
    for (uint32_t suffix = 0; suffix < 2; suffix++) {
        bulk->list = suffix ? bulk_suffix_list(index, search, n) : bulk_prefix_list(index, search, n);
        if (bulk->list.radius < 0) continue;
        list_rings(&bulk->list, bulk->cell_changes, parts.changes);
        sort_by_key(bulk, &parts, guides, n);
        walk_cells_for(search->isa)(bulk);
    }
}
