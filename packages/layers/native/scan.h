/* Which entries of a bucket are near enough: the innermost loop, once for each instruction set. */
#ifndef CRACKLING_SCAN_H
#define CRACKLING_SCAN_H

#include "kernel.h"

/* Compares the rests of n entries with `rest` (in place, above the code bits) and writes the indices of those with at
 * most `limit` mismatches to near[]; returns how many. Order kept. near[] has room for n + 15 numbers. */
typedef uint32_t (*scan_t)(const uint32_t *entries, uint32_t n, uint32_t rest, uint32_t code_bits, uint32_t limit,
                           uint32_t *near);

/* NULL where this machine (or this build) does not have the instruction set. */
scan_t scan_for(int32_t isa);

#endif
