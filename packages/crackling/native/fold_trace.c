/* Finds the structure of a folded guide. If several structures have its energy, the order of the cases decides which one is
 * found; it is ViennaRNA's order. */
#include "fold_tables.h"

#include <string.h>

static inline int closed_at(const trace_t *r, int i, int j) {
    return i <= GUIDE_NT ? r->space->closed[i][j][r->lane] : r->tables->closed[i][j];
}

static inline int multi_at(const trace_t *r, int i, int j) {
    return i <= EDGE ? r->space->multi[i][j][r->lane] : r->tables->multi[i][j];
}

static inline int exterior_at(const trace_t *r, int j) { return r->space->exterior[j][r->lane]; }

/* The first u in [from, to) for which [i, u] and [u + 1, j], as parts of a multiloop, have the energy; 0 if there is none. */
static int fork_at(const trace_t *r, int i, int j, int from, int to, int energy) {
    for (int u = from; u < to; u++) {
        const int left = multi_at(r, i, u), right = multi_at(r, u + 1, j);
        if (possible(left) && possible(right) && left + right == energy) return u;
    }
    return 0;
}

static int trace_pair(const trace_t *r, int i, int j);

/* Order: unpaired bases on the 3' side, unpaired bases on the 5' side, one branch, the first fork. */
static int trace_multi(const trace_t *r, int i, int j) {
    while (multi_at(r, i, j) == multi_at(r, i, j - 1)) j--;
    while (multi_at(r, i, j) == multi_at(r, i + 1, j)) i++;
    const int energy = multi_at(r, i, j), type = pair_type(r->base[i], r->base[j]);
    if (type != NO_PAIR) {
        const int branch = multi_branch(&r->tables->parameters, type, r->base[i - 1], r->base[j + 1]);
        if (energy == closed_at(r, i, j) + branch) return trace_pair(r, i, j);
    }
    const int u = fork_at(r, i, j, i + 1, j - 1, energy);
    return u && trace_multi(r, i, u) && trace_multi(r, u + 1, j);
}

/* Moves (i, j) to the inner pair of its loop. Order: k ascending, then l descending. Returns 0 if there is none. */
static int to_inner_pair(const trace_t *r, int *i, int *j, int energy) {
    for (int k = *i + 1; k <= last_k(*i, *j); k++)
        for (int l = *j - 1; l >= first_l(*i, *j, k); l--) {
            if (!pairs(r->base[k], r->base[l])) continue;
            if (energy != closed_at(r, k, l) + inner_loop(&r->tables->parameters, r->base, *i, *j, k, l)) continue;
            *i = k, *j = l;
            return 1;
        }
    return 0;
}

/* Order: a hairpin, an inner pair, the first fork of a multiloop. */
static int trace_pair(const trace_t *r, int i, int j) {
    for (;;) {
        const int energy = closed_at(r, i, j);
        r->structure[i - 1] = '(', r->structure[j - 1] = ')';
        if (energy == hairpin(r->tables, r->base, i, j)) return 1;
        if (to_inner_pair(r, &i, &j, energy)) continue;
        const int forked = energy - multi_closing(&r->tables->parameters, r->base, i, j);
        const int u = fork_at(r, i + 1, j - 1, i + 2, j - 2, forked);
        return u && trace_multi(r, i + 1, u) && trace_multi(r, u + 1, j - 1);
    }
}

/* The 5' end of the last branch of the exterior loop. Order: the shortest first. 0 if there is none. */
static int last_branch(const trace_t *r, int j) {
    for (int i = j - MIN_HAIRPIN - 1; i >= 1; i--) {
        if (!pairs(r->base[i], r->base[j])) continue;
        const int branch = exterior_branch(&r->tables->parameters, r->base, r->tables->nt, i, j);
        if (exterior_at(r, j) == exterior_at(r, i - 1) + closed_at(r, i, j) + branch) return i;
    }
    return 0;
}

int trace_structure(const trace_t *r) {
    memset(r->structure, '.', (size_t)r->tables->nt);
    for (int j = r->tables->nt;;) {
        while (j && exterior_at(r, j) == exterior_at(r, j - 1)) j--;
        if (!j) return 1;
        const int i = last_branch(r, j);
        if (!i || !trace_pair(r, i, j)) return 0;
        j = i - 1;
    }
}
