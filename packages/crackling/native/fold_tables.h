/* Memory of the fold kernel: the tables of a scaffold, and the space in which guides are folded.
 *
 * Both contain minimum energies of a part [i, j] of the RNA:
 *   closed[i][j]  if (i, j) is a pair.
 *   multi[i][j]   if [i, j] is part of a multiloop and has at least one branch.
 *   forked[i][j]  the same with at least two branches. A pair (i - 1, j + 1) can close it to a multiloop.
 *   exterior[j]   of [1, j] as part of the exterior loop.
 * Rows i > GUIDE_NT belong to the scaffold and are the same for all guides, except for those of its first base (EDGE): the
 * base before it is the guide's last one, so there are four of them.
 */
#ifndef CRACKLING_FOLD_TABLES_H
#define CRACKLING_FOLD_TABLES_H

#include "fold_energy.h"

enum {
    LANES = 16,
    STRIDE = 128,        /* row length; some positions after the end of the RNA are read */
    EDGE = GUIDE_NT + 1, /* the first base of the scaffold */
    CLOSED_ROWS = GUIDE_NT + 4, /* small loops reach three rows into the scaffold */
};

typedef int16_t energy_t;
typedef int16_t lanes_t __attribute__((vector_size(2 * LANES))); /* for each guide an energy, or a code of bases */

/* Tables of the energy that a pair and its neighbours add to a loop: [code of the right bases][code of the left bases].
 * A code has 2 bits for each base, the first base highest. */
enum {
    /* closing pair (i, j); left: i, i + 1; right: j - 1, j */
    OUTER_HAIRPIN,
    OUTER_INTERIOR,
    OUTER_1N,
    OUTER_23,
    OUTER_MULTI,
    OUTER_END,
    STACK, /* closing pair (i, j) and inner pair (k, l); left: i, k; right: l, j */
    OUTER_TABLES,
    /* inner pair or branch (i, j); left: i - 1, i; right: j, j + 1 */
    INNER_INTERIOR = OUTER_TABLES,
    INNER_1N,
    INNER_23,
    INNER_END,
    BRANCH_MULTI,
    BRANCH_EXTERIOR,
    PAIR_TABLES,
};

/* The last branch of a part of the RNA, in the scaffold. */
typedef struct {
    int16_t before; /* the position before it */
    energy_t energy;
} branch_t;

/* Energies by the last base of the guide. */
typedef energy_t by_last_t[4];

struct fold_tables {
    fold_parameters_t parameters;
    int32_t nt;           /* of the RNA */
    uint8_t base[STRIDE]; /* of the scaffold, by position */
    energy_t pair[PAIR_TABLES][16][16];
    energy_t triloop[1024], tetraloop[4096], hexaloop[65536]; /* by the code of all bases */
    /* interior loops of 1 x 1 to 2 x 2: [code of (j - 3,) j - 2, j - 1, j][code of i, i + 1, i + 2 (, i + 3)] */
    energy_t loop11[64][64], loop12[256][64], loop21[64][256], loop22[256][256];
    /* branches of the exterior loop that begin at 1: [code of j, j + 1][base]; that end at nt: [code of i - 1, i]; both */
    energy_t exterior_first[16][4], exterior_last[16], exterior_whole[4];
    energy_t closed[STRIDE][STRIDE], multi[STRIDE][STRIDE], forked[STRIDE][STRIDE];
    by_last_t edge_multi[STRIDE], edge_forked[STRIDE], edge_exterior[STRIDE]; /* of row EDGE */
    /* interior loops and bulges from the guide into the scaffold: the minimum without what the closing pair adds */
    by_last_t far_interior[EDGE][STRIDE], far_1n[EDGE][STRIDE], far_23[EDGE][STRIDE], far_bulge[EDGE][STRIDE];
    /* last branches that can be part of a multiloop, or of the exterior loop, in any [i, j] */
    uint8_t multi_branches[STRIDE], exterior_branches[STRIDE];
    branch_t multi_branch[STRIDE][STRIDE], exterior_branch[STRIDE][STRIDE];
};

struct fold_space {
    lanes_t closed[CLOSED_ROWS][STRIDE];
    lanes_t multi[EDGE + 1][STRIDE], forked[EDGE + 1][STRIDE];
    lanes_t exterior[STRIDE];
    /* closed[i][j] with what (i, j) adds to such a loop as its inner pair */
    lanes_t inner_interior[EDGE][STRIDE], inner_1n[EDGE][STRIDE], inner_23[EDGE][STRIDE], inner_end[EDGE][STRIDE];
    lanes_t grown[2 * STRIDE][STRIDE]; /* [i + j][l - k], see grow() */
    /* the tables of row i, looked up for the current guides: [code of the right bases] */
    lanes_t pair[PAIR_TABLES][16], stack_past[16], branch_exterior[EDGE][16];
    /* energies by the number of unpaired bases, the same in all lanes; loop_1n includes the asymmetry */
    lanes_t bulge[MAX_LOOP + 1], interior[MAX_LOOP + 1], loop_1n[MAX_LOOP + 1], asymmetry[MAX_LOOP + 1];
};

static inline int base_code(char letter) { /* -1: not a base of RNA */
    switch (letter) {
    case 'A': return 0;
    case 'C': return 1;
    case 'G': return 2;
    case 'U': return 3;
    default: return -1;
    }
}

/* A folded guide, whose structure is to be found. */
typedef struct {
    const fold_tables_t *tables;
    const fold_space_t *space;
    const uint8_t *base; /* of the RNA, by position */
    int lane;
    char *structure;
} trace_t;

/* fold_trace.c: writes the structure that ViennaRNA would choose. Returns 0 if no structure has the energy found. */
int trace_structure(const trace_t *trace);

/* The energy of the hairpin (i, j), which can pair. */
static inline int hairpin(const fold_tables_t *t, const uint8_t *s, int i, int j) {
    const int unpaired = j - i - 1;
    if (unpaired == 3 || unpaired == 4 || unpaired == 6) {
        unsigned code = 0;
        for (int k = i; k <= j; k++) code = code << 2 | s[k];
        return unpaired == 3 ? t->triloop[code] : unpaired == 4 ? t->tetraloop[code] : t->hexaloop[code];
    }
    const int type = pair_type(s[i], s[j]);
    return t->parameters.hairpin[unpaired] + t->parameters.mismatch_hairpin[type][s[i + 1]][s[j - 1]];
}

#endif
