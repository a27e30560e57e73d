/* The two lists of an index: from records to entries. */
#include "kernel.h"
#include "entry.h"

#include <string.h>

/* Stable, by the upper 28 bits (what the partition does not say of a site): equal sites keep their order of position. */
static void insertion_sort(uint64_t *records, uint64_t n) {
    for (uint64_t i = 1; i < n; i++) {
        uint64_t record = records[i], j = i;
        for (; j > 0 && records[j - 1] >> 36 > record >> 36; j--) records[j] = records[j - 1];
        records[j] = record;
    }
}

static void radix_pass(const uint64_t *from, uint64_t *to, uint64_t n, unsigned shift, unsigned bits) {
    uint32_t cursor[1 << 10] = {0};
    const uint64_t mask = (1U << bits) - 1;
    for (uint64_t i = 0; i < n; i++) cursor[from[i] >> shift & mask]++;
    uint32_t total = 0;
    for (uint64_t digit = 0; digit <= mask; digit++) {
        uint32_t count = cursor[digit];
        cursor[digit] = total;
        total += count;
    }
    for (uint64_t i = 0; i < n; i++) to[cursor[from[i] >> shift & mask]++] = from[i];
}

static void sort_records(uint64_t *records, uint64_t n, uint64_t *scratch) {
    if (n < 96) { /* below this the counters of a pass cost more than the comparisons */
        insertion_sort(records, n);
        return;
    }
    radix_pass(records, scratch, n, 36, 9);
    radix_pass(scratch, records, n, 45, 9);
    radix_pass(records, scratch, n, 54, 10);
    memcpy(records, scratch, n * sizeof *records);
}

static void write_occurrence(uint8_t *to, uint64_t record) {
    uint32_t place = (uint32_t)(record >> 4);
    memcpy(to, &place, sizeof place);
    to[4] = record & 15;
}

uint64_t list_partitions(uint64_t *records, const uint64_t *ends, uint32_t first, uint32_t last, uint64_t *scratch,
                         uint32_t prefix_nt, uint32_t suffix_nt, uint32_t *entries, uint8_t *occurrences,
                         uint32_t *prefix_directory, uint32_t *occurrence_directory, overflow_t *overflow,
                         uint64_t *overflows) {
    const uint32_t rest_bits = 2 * (GUIDE_NT - prefix_nt), largest = largest_code(prefix_nt, suffix_nt);
    uint64_t distinct = 0, start = 0;
    *overflows = 0;
    for (uint32_t partition = first; partition < last; partition++) {
        uint64_t end = ends[partition - first];
        sort_records(records + start, end - start, scratch);
        for (uint64_t i = start; i < end;) {
            uint64_t tail = records[i] >> 36, site = (uint64_t)partition << 28 | tail;
            uint32_t ngg = 0, nag = 0;
            for (; i < end && records[i] >> 36 == tail; i++) {
                if (records[i] & PAM_IS_NGG) ngg++;
                else nag++;
                write_occurrence(occurrences + OCCURRENCE_BYTES * i, records[i]);
            }
            uint32_t code = multiplicity_code(ngg, nag, largest);
            if (code > largest) overflow[(*overflows)++] = (overflow_t){site, ngg, nag};
            entries[distinct++] = make_entry(site & ((1ULL << rest_bits) - 1), code, prefix_nt);
            prefix_directory[(site >> rest_bits) + 1]++;
            occurrence_directory[(site >> rest_bits) + 1] += ngg + nag;
        }
        start = end;
    }
    return distinct;
}

void cumulate(uint32_t *directory, uint64_t keys) {
    for (uint64_t key = 0; key < keys; key++) directory[key + 1] += directory[key];
}

static uint64_t key_count(uint32_t nt) { return 1ULL << (2 * nt); }

void count_suffixes(const index_t *index, uint64_t from, uint64_t to, uint32_t *row) {
    const uint64_t mask = key_count(index->suffix_nt) - 1;
    for (uint64_t i = index->prefix_directory[from]; i < index->prefix_directory[to]; i++)
        row[entry_rest(index->prefix_entries[i], index->prefix_nt) & mask]++;
}

void place_suffixes(uint32_t *cursors, uint64_t pieces, uint64_t keys, uint32_t *directory) {
    uint32_t total = 0;
    for (uint64_t key = 0; key < keys; key++) {
        directory[key] = total;
        for (uint64_t piece = 0; piece < pieces; piece++) {
            uint32_t count = cursors[piece * keys + key];
            cursors[piece * keys + key] = total;
            total += count;
        }
    }
    directory[keys] = total;
}

void scatter_suffixes(const index_t *index, uint64_t from, uint64_t to, uint32_t *row, uint32_t *entries) {
    const uint64_t mask = key_count(index->suffix_nt) - 1;
    const uint32_t rest_bits = 2 * (GUIDE_NT - index->prefix_nt);
    const uint32_t largest = largest_code(index->prefix_nt, index->suffix_nt);
    for (uint64_t key = from; key < to; key++)
        for (uint64_t i = index->prefix_directory[key]; i < index->prefix_directory[key + 1]; i++) {
            uint64_t rest = entry_rest(index->prefix_entries[i], index->prefix_nt);
            uint32_t code = entry_code(index->prefix_entries[i], index->prefix_nt);
            uint64_t site = key << rest_bits | rest;
            entries[row[rest & mask]++] = make_entry(site >> (2 * index->suffix_nt), code > largest ? ESCAPED : code,
                                                     index->suffix_nt);
        }
}

static int sound_directory(const uint32_t *directory, uint64_t keys, uint64_t total) {
    uint32_t disorder = 0;
    for (uint64_t key = 0; key < keys; key++) disorder |= directory[key] > directory[key + 1];
    return !disorder && directory[0] == 0 && directory[keys] == total;
}

int32_t sound(const index_t *index) {
    if (index->prefix_nt < 5 || index->prefix_nt > 12 || index->suffix_nt < 5 || index->suffix_nt > 12) return 0;
    if (index->prefix_nt + index->suffix_nt > GUIDE_NT) return 0;
    return sound_directory(index->prefix_directory, key_count(index->prefix_nt), index->distinct) &&
           sound_directory(index->suffix_directory, key_count(index->suffix_nt), index->distinct);
}
