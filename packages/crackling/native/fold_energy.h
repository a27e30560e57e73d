/* The energies of single loops. */
#ifndef CRACKLING_FOLD_ENERGY_H
#define CRACKLING_FOLD_ENERGY_H

#include "fold.h"

enum {
    NO_PAIR = PAIR_TYPES,
    MIN_HAIRPIN = 3, /* unpaired bases */
    NEVER = 0x5d5d,  /* energy of an impossible structure. A sum that contains it is positive, so no fold has it. */
    NEVER_BYTE = 0x5d,
};

static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }

/* True if a sum of energies does not contain NEVER. */
static inline int possible(int energy) { return energy < NEVER / 2; }

static inline int pair_type(int five, int three) {
    static const uint8_t types[4][4] = {{NO_PAIR, NO_PAIR, NO_PAIR, 4},
                                        {NO_PAIR, NO_PAIR, 0, NO_PAIR},
                                        {NO_PAIR, 1, NO_PAIR, 2},
                                        {5, NO_PAIR, 3, NO_PAIR}};
    return types[five][three];
}

static inline int pairs(int five, int three) { return pair_type(five, three) != NO_PAIR; }

static inline int helix_end(const fold_parameters_t *p, int type) { return type > 1 ? p->helix_end : 0; }

static inline int asymmetry(const fold_parameters_t *p, int bases) {
    return min(p->max_asymmetry, bases * p->asymmetry);
}

/* The loop that (i, j) closes around the inner pair (k, l). s: the bases of the RNA, by position. */
static inline int inner_loop(const fold_parameters_t *p, const uint8_t *s, int i, int j, int k, int l) {
    const int type = pair_type(s[i], s[j]), inner = pair_type(s[l], s[k]), five = k - i - 1, three = j - l - 1;
    const int few = min(five, three), many = max(five, three);
    if (!many) return p->stack[type][inner];
    if (!few) return p->bulge[many] + (many == 1 ? p->stack[type][inner] : helix_end(p, type) + helix_end(p, inner));
    const int i1 = s[i + 1], j1 = s[j - 1], k1 = s[k - 1], l1 = s[l + 1];
    if (many == 1) return p->interior11[type][inner][i1][j1];
    if (few == 1 && many == 2)
        return five == 1 ? p->interior21[type][inner][i1][l1][j1] : p->interior21[inner][type][l1][i1][k1];
    if (few == 1)
        return p->interior[many + 1] + asymmetry(p, many - 1) + p->mismatch_1n[type][i1][j1] +
               p->mismatch_1n[inner][l1][k1];
    if (many == 2) return p->interior22[type][inner][i1][k1][l1][j1];
    if (few == 2 && many == 3)
        return p->interior[5] + p->asymmetry + p->mismatch_23[type][i1][j1] + p->mismatch_23[inner][l1][k1];
    return p->interior[few + many] + asymmetry(p, many - few) + p->mismatch_interior[type][i1][j1] +
           p->mismatch_interior[inner][l1][k1];
}

/* Bounds of the inner pairs of (i, j): k from i + 1 to last_k, l from j - 1 down to first_l. */
static inline int last_k(int i, int j) { return min(j - MIN_HAIRPIN - 2, i + MAX_LOOP + 1); }
static inline int first_l(int i, int j, int k) { return max(k + MIN_HAIRPIN + 1, j - 1 - (MAX_LOOP - (k - i - 1))); }

/* A branch of a multiloop. before, after: the bases beside it. */
static inline int multi_branch(const fold_parameters_t *p, int type, int before, int after) {
    return p->multi_branch + p->mismatch_multi[type][before][after] + helix_end(p, type);
}

/* The closing pair (i, j) of a multiloop. Seen from inside, it is a branch as well. */
static inline int multi_closing(const fold_parameters_t *p, const uint8_t *s, int i, int j) {
    return p->multi_closing + multi_branch(p, pair_type(s[j], s[i]), s[j - 1], s[i + 1]);
}

/* A branch (i, j) of the exterior loop of an RNA of nt bases. */
static inline int exterior_branch(const fold_parameters_t *p, const uint8_t *s, int nt, int i, int j) {
    const int type = pair_type(s[i], s[j]), end = helix_end(p, type);
    if (i > 1 && j < nt) return end + p->mismatch_exterior[type][s[i - 1]][s[j + 1]];
    if (i > 1) return end + p->dangle5[type][s[i - 1]];
    return j < nt ? end + p->dangle3[type][s[j + 1]] : end;
}

#endif
