/* Which entries of a bucket are near enough: the innermost loop, once for each instruction set. */
#ifndef CRACKLING_SCAN_H
#define CRACKLING_SCAN_H

#include "kernel.h"

/* Entries [start, end) of a list, and how many mismatches their rests may have. */
typedef struct {
    uint32_t start, end, limit;
} stretch_t;

enum { SCAN_STEP = 16 }; /* entries that a scan may take at once: it stops when there is no room for as many */

/* Compares the rests of the stretches' entries with `rest` (in place, above the code bits). Writes, in order, the index in
 * the list of each near entry to places[] and of its stretch to owners[], `room` each; returns how many. Stops when all are
 * scanned or there is no more room; what was scanned is taken off the stretches' starts, and *first is moved to the stretch
 * to go on with (n: all done). */
typedef uint32_t (*scan_t)(const uint32_t *entries, stretch_t *stretches, uint32_t n, uint32_t *first, uint32_t rest,
                           uint32_t code_bits, uint32_t *places, uint32_t *owners, uint32_t room);

/* NULL where this machine (or this build) does not have the instruction set. */
scan_t scan_for(int32_t isa);

#endif
