/* The walk along a list, cell by cell: included once for each instruction set, which defines
 *
 *   TARGET           the attribute of functions that use it
 *   WALK_CELLS       the name of the walk
 *   rest_t           a guide's rest, ready to be compared with the entries of a block
 *   counts_t         mismatches of a block's entries
 *   spread_rest()    the rest as such
 *   count_block()    compares up to BLOCK entries
 *   within()         which counts lie in a range, as bits; those beyond the block's end are anything
 *   cfd_products()   the CFD score of each hit before its PAM's weight
 */
#include "bulk.h"

#define INLINE TARGET static inline __attribute__((always_inline))
#define CALLED TARGET static __attribute__((noinline))

/* ---- hits ---- */

/* The even bits, side by side. */
INLINE uint32_t pattern_of(uint64_t bits) {
    bits = (bits | bits >> 1) & 0x3333333333333333ULL;
    bits = (bits | bits >> 2) & 0x0f0f0f0f0f0f0f0fULL;
    bits = (bits | bits >> 4) & 0x00ff00ff00ff00ffULL;
    bits = (bits | bits >> 8) & 0x0000ffff0000ffffULL;
    return (uint32_t)(bits | bits >> 16);
}

INLINE uint64_t bulk_units(double score) { return (uint64_t)(int64_t)(score * (1 << SCORE_UNIT_BITS) + 0.5); }

INLINE void compare_hits(hits_t *hits) {
    for (uint32_t i = 0; i < hits->count; i++) {
        const uint64_t bits = mismatch_bits(hits->site[i], hits->guide[i]);
        hits->pattern[i] = pattern_of(bits);
        hits->mismatches[i] = count_bits(bits);
    }
}

INLINE void add_hit(bulk_t *bulk, uint32_t i) {
    const hits_t *hits = &bulk->hits;
    const uint32_t pattern = hits->pattern[i], code = hits->code[i];
    pair_t pair = {bulk->pairs[code & (CODES - 1)].ngg, bulk->pairs[code & (CODES - 1)].nag};
    if (__builtin_expect(code > bulk->largest_code, 0)) pair = overflow_pair(bulk->index, hits->site[i]);
    const uint32_t *units = bulk->mit->units + bulk->mit->upper[pattern / HALF_PATTERNS];
    const uint64_t mit = units[bulk->mit->lower[pattern % HALF_PATTERNS]], n = (uint64_t)pair.ngg + pair.nag;
    totals_t *totals = bulk->totals + hits->number[i];
    totals->occurrences[hits->mismatches[i]] += n;
    totals->mit += mit * n;
    totals->cfd += bulk_units(hits->cfd[i] * bulk->ngg_weight) * pair.ngg + bulk_units(hits->cfd[i] * bulk->nag_weight) * pair.nag;
}

CALLED void weigh_hits(bulk_t *bulk) {
    hits_t *hits = &bulk->hits;
    compare_hits(hits);
    cfd_products(bulk->weights, bulk->mismatches, hits);
    for (uint32_t i = 0; i < hits->count; i++) add_hit(bulk, i);
    hits->count = 0;
}

/* ---- from blocks to hits ---- */

/* Keys of a four's buckets follow each other; the directory says in which of them the entry at an index lies. */
INLINE uint32_t key_in_four(const uint32_t *directory, uint32_t first_key, uint32_t at) {
    uint32_t key = first_key;
    for (uint32_t i = 1; i < 4; i++) key += at >= directory[first_key + i];
    return key;
}

/* Without branches on whether a site is new: that cannot be guessed. */
CALLED void take_apart(bulk_t *bulk, pending_t *pending, int is_four) {
    const bulk_list_t *list = &bulk->list;
    hits_t *hits = &bulk->hits;
    for (uint32_t i = 0; i < pending->count; i++) {
        const pending_block_t block = pending->blocks[i];
        const uint64_t guide = bulk->guides[block.guide];
        const uint32_t number = bulk->numbers[block.guide];
        uint32_t n = hits->count;
        for (uint32_t left = block.near; left; left &= left - 1) {
            const uint32_t at = block.start + (uint32_t)__builtin_ctz(left), entry = list->entries[at];
            const uint64_t key = is_four ? key_in_four(list->directory, block.key, at) : block.key;
            const uint64_t site = key << list->key_shift | entry_rest(entry, list->key_nt) << list->rest_shift;
            hits->site[n] = site, hits->guide[n] = guide;
            hits->code[n] = entry_code(entry, list->key_nt), hits->number[n] = number;
            n += (int32_t)count_bits(mismatch_bits(site, guide) >> list->first_shift) > list->met;
        }
        hits->count = n;
        if (n > HITS_ROOM) weigh_hits(bulk);
    }
    pending->count = 0;
}

INLINE void make_room(bulk_t *bulk, pending_t *pending, uint32_t room, int is_four) {
    if (__builtin_expect(pending->count > PENDING_ROOM - room, 0)) take_apart(bulk, pending, is_four);
}

/* ---- from buckets to blocks ---- */

INLINE uint32_t first_lanes(uint32_t n) { return (uint32_t)((1ULL << (n < LONG_BLOCK ? n : LONG_BLOCK)) - 1); }

/* The near entries from `start`, at most LONG_BLOCK and those before `end`; only BLOCK where the block is not long. */
INLINE uint32_t near_entries(const bulk_list_t *list, uint32_t start, uint32_t end, rest_t rest, uint32_t most, int is_long) {
    const uint32_t left = end - start;
    uint32_t near = within(count_block(list, start, left, rest), list->fewest, most);
    if (is_long)
        near |= within(count_block(list, start + BLOCK, left > BLOCK ? left - BLOCK : 0, rest), list->fewest, most) << BLOCK;
    return near & first_lanes(left);
}

/* The rest of buckets that have more than one block. */
CALLED void visit_long_singles(bulk_t *bulk, uint32_t most) {
    const bulk_list_t list = bulk->list; /* so that the compiler sees that no block changes it */
    pending_t *singles = &bulk->singles;
    for (uint32_t i = 0; i < bulk->long_singles.count; i++) {
        const pending_block_t bucket = bulk->long_singles.blocks[i];
        const rest_t rest = spread_rest(&list, guide_rest(&list, bulk->guides[bucket.guide]));
        uint32_t start = bucket.start;
        do {
            const uint32_t near = near_entries(&list, start, bucket.near, rest, most, 1);
            make_room(bulk, singles, 1, 0);
            singles->blocks[singles->count] = (pending_block_t){bucket.guide, bucket.key, start, near};
            singles->count += near != 0;
            start += LONG_BLOCK;
        } while (start < bucket.near);
    }
    bulk->long_singles.count = 0;
}

/* At most CHANGES_AT_ONCE changes; the room has been made. Blocks are written whether they have near entries or not, and kept
 * if they have: which do cannot be guessed. */
INLINE void visit_some_singles(bulk_t *bulk, uint32_t guide, uint32_t key, rest_t rest, uint32_t most, const uint32_t *changes,
                               uint32_t count, int is_long) {
    const bulk_list_t list = bulk->list;
    const uint32_t block = is_long ? LONG_BLOCK : BLOCK;
    pending_block_t *kept = bulk->singles.blocks + bulk->singles.count;
    pending_block_t *longer = bulk->long_singles.blocks + bulk->long_singles.count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t other = key ^ changes[i], start = list.directory[other], end = list.directory[other + 1];
        const uint32_t near = near_entries(&list, start, end, rest, most, is_long);
        *kept = (pending_block_t){guide, other, start, near};
        kept += near != 0;
        *longer = (pending_block_t){guide, other, start + block, end};
        longer += end - start > block;
    }
    bulk->singles.count = (uint32_t)(kept - bulk->singles.blocks);
    bulk->long_singles.count = (uint32_t)(longer - bulk->long_singles.blocks);
}

INLINE void visit_singles(bulk_t *bulk, uint32_t guide, uint32_t key, rest_t rest, ring_t ring, int is_long) {
    const uint32_t most = bulk->mismatches - (uint32_t)bulk->list.radius;
    for (uint32_t done = 0; done < ring.count; done += CHANGES_AT_ONCE) {
        const uint32_t left = ring.count - done, some = left < CHANGES_AT_ONCE ? left : CHANGES_AT_ONCE;
        if (__builtin_expect(bulk->long_singles.count > PENDING_ROOM - CHANGES_AT_ONCE, 0)) visit_long_singles(bulk, most);
        make_room(bulk, &bulk->singles, CHANGES_AT_ONCE, 0);
        visit_some_singles(bulk, guide, key, rest, most, ring.changes + done, some, is_long);
    }
}

/* If the last base of the key is the guide's, its rest may have `most` mismatches, elsewhere one less. */
INLINE void visit_four(bulk_t *bulk, uint32_t guide, uint32_t key, rest_t rest, uint32_t most) {
    const bulk_list_t list = bulk->list;
    pending_t *fours = &bulk->fours;
    const uint32_t first_key = key & ~3U, *directory = list.directory + first_key;
    const uint32_t end = directory[4], same_start = list.directory[key], same_end = list.directory[key + 1];
    for (uint32_t start = directory[0]; start < end; start += BLOCK) {
        const counts_t counts = count_block(&list, start, end - start, rest);
        const uint32_t before = same_start > start ? same_start - start : 0, upto = same_end > start ? same_end - start : 0;
        const uint32_t same = first_lanes(upto) & ~first_lanes(before), valid = first_lanes(end - start);
        const uint32_t near = (within(counts, list.fewest, most) & same) | (within(counts, list.fewest, most - 1) & valid);
        make_room(bulk, fours, 1, 1);
        fours->blocks[fours->count] = (pending_block_t){guide, first_key, start, near};
        fours->count += near != 0;
    }
}

/* ---- from cells to buckets ---- */

/* The guides of one cell, in a cell that differs from theirs by `used` mismatches. */
INLINE void visit_cell(bulk_t *bulk, uint32_t cell, uint32_t guides_cell, uint32_t used, int is_long) {
    const bulk_list_t *list = &bulk->list;
    const uint32_t left = (uint32_t)list->radius - used, inner = (1U << 2 * list->inner_nt) - 1;
    for (uint32_t i = bulk->starts[guides_cell]; i < bulk->starts[guides_cell + 1]; i++) {
        const uint64_t guide = bulk->guides[i];
        const uint32_t key = cell << 2 * list->inner_nt | (guide_key(list, guide) & inner);
        const rest_t rest = spread_rest(list, guide_rest(list, guide));
        visit_singles(bulk, i, key, rest, list->inner[left], is_long);
        for (uint32_t d = 0; d < left; d++)
            for (uint32_t j = 0; j < list->inner[d].count; j++)
                visit_four(bulk, i, key ^ list->inner[d].changes[j], rest, bulk->mismatches - used - d);
    }
}

/* Memory that is asked for evenly while something else is done: directory and entries of the next cell. */
typedef struct {
    const char *next[2], *end[2];
    uint64_t lines; /* at a time */
} asking_t;

INLINE asking_t next_cell(const bulk_list_t *list, uint32_t cell, uint32_t times) {
    if (cell + 1 == 1U << 2 * list->cell_nt) return (asking_t){.lines = 0};
    const uint64_t keys = 1ULL << 2 * list->inner_nt;
    const uint32_t *directory = list->directory + (cell + 1) * keys;
    asking_t asking = {{(const char *)directory, (const char *)(list->entries + directory[0])},
                       {(const char *)(directory + keys), (const char *)(list->entries + directory[keys])}, 0};
    asking.lines = (uint64_t)((asking.end[0] - asking.next[0]) + (asking.end[1] - asking.next[1])) / 64 / times + 1;
    return asking;
}

INLINE void ask_for_some(asking_t *asking) {
    for (uint64_t i = 0; i < asking->lines; i++) {
        const uint32_t part = asking->next[0] >= asking->end[0];
        if (asking->next[part] >= asking->end[part]) return;
        __builtin_prefetch(asking->next[part], 0, 2);
        asking->next[part] += 64;
    }
}

INLINE void visit_cells(bulk_t *bulk, int is_long) {
    const bulk_list_t *list = &bulk->list;
    const uint32_t most_changed = (uint32_t)list->radius < list->cell_nt ? (uint32_t)list->radius : list->cell_nt;
    uint32_t visits = 0;
    for (uint32_t used = 0; used <= most_changed; used++) visits += list->cells[used].count;
    for (uint32_t cell = 0; cell < 1U << 2 * list->cell_nt; cell++) {
        asking_t asking = next_cell(list, cell, visits);
        for (uint32_t used = 0; used <= most_changed; used++)
            for (uint32_t i = 0; i < list->cells[used].count; i++) {
                ask_for_some(&asking);
                visit_cell(bulk, cell, cell ^ list->cells[used].changes[i], used, is_long);
            }
    }
}

CALLED void visit_cells_of_short_buckets(bulk_t *bulk) { visit_cells(bulk, 0); }
CALLED void visit_cells_of_long_buckets(bulk_t *bulk) { visit_cells(bulk, 1); }

TARGET void WALK_CELLS(bulk_t *bulk) {
    const bulk_list_t *list = &bulk->list;
    if (list->distinct >> 2 * list->key_nt < LONG_BUCKET) visit_cells_of_short_buckets(bulk);
    else visit_cells_of_long_buckets(bulk);
    visit_long_singles(bulk, bulk->mismatches - (uint32_t)list->radius);
    take_apart(bulk, &bulk->singles, 0);
    take_apart(bulk, &bulk->fours, 1);
    weigh_hits(bulk);
}
