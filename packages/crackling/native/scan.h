/* Find the entries of a bucket that are near enough: the innermost loop, once for each instruction set. */
#ifndef CRACKLING_SCAN_H
#define CRACKLING_SCAN_H

#include "kernel.h"

enum { BLOCK = 16 }; /* entries that are compared at once: a cache line's worth */

/* Entries of a list from `start`, at most BLOCK and those before `end`; their rests may have `limit` mismatches. */
typedef struct {
    uint32_t start, end, limit;
    uint32_t group; /* what they belong to; not for the scan */
} block_t;

/* Compares the rests of the blocks' entries with `rest` (in place, above the code bits): bit i of near[block] says that
 * entry start + i is near. */
typedef void (*scan_t)(const uint32_t *entries, const block_t *blocks, uint32_t n, uint32_t rest, uint32_t code_bits,
                       uint32_t *near);

/* NULL where this machine (or this build) does not have the instruction set. */
scan_t scan_for(int32_t isa);

#endif
