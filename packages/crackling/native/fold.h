/* The fold kernel: minimum free energy structures of many guides, each followed by the same scaffold.
 *
 * It finds the same energies and structures as ViennaRNA's RNA.fold() with its default model (37 C, dangles 2), also where
 * several structures have the same energy. What depends on the scaffold alone is computed once (fold_prepare); guides are
 * folded LANES at a time.
 *
 * Pure functions over buffers that the caller owns: no allocation, no threads, no files, no globals.
 *
 * Words
 *   RNA            a guide of GUIDE_NT bases and the scaffold. Positions count from 1; [i, j] are the bases i to j.
 *   base           A 0, C 1, G 2, U 3.
 *   pair (i, j)    two bases that pair, i < j. Types: CG 0, GC 1, GU 2, UG 3, AU 4, UA 5.
 *   closing pair   the pair (i, j) that encloses a loop.
 *   inner pair     the only pair (k, l) inside a stack, bulge or interior loop. Its type is read from inside: (l, k).
 *   branch         one of the pairs inside a multiloop or in the exterior loop.
 *   loop           the bases that a closing pair encloses and no pair inside it does. A hairpin has no pair inside, a stack,
 *                  bulge or interior loop has one, a multiloop has several. A loop of a x b has a unpaired bases on the 5'
 *                  side and b on the 3' side: a stack is 0 x 0, a bulge 0 x n or n x 0.
 *   exterior loop  the bases that no pair encloses.
 *   mismatch       the energy of the two unpaired bases beside a pair. A dangle is that of one, at an end of the RNA.
 *   helix end      the energy of an AU or GU pair that ends a helix.
 *   energy         in units of 0.01 kcal/mol.
 */
#ifndef CRACKLING_FOLD_H
#define CRACKLING_FOLD_H

#include "kernel.h" /* GUIDE_NT */

enum {
    MIN_SCAFFOLD_NT = 8,
    MAX_RNA_NT = 124,
    MAX_LOOP = 30, /* unpaired bases of a bulge or an interior loop */
    PAIR_TYPES = 6,
    MAX_PARAMETER = 2000,  /* absolute value of an energy parameter */
    MIN_ENERGY = -12000,   /* of a fold; below it, sums of energies might not fit in int16 */
    NOT_FOLDED = INT16_MAX,
};

/* The energy parameters, as ViennaRNA defines them. Indices are pair types (closing pair, inner pair), bases, or numbers of
 * unpaired bases. Unpaired bases in a multiloop cost nothing. */
typedef struct {
    int32_t stack[PAIR_TYPES][PAIR_TYPES];
    /* [pair][base after its 5' base][base before its 3' base], of a loop that the pair closes */
    int32_t mismatch_hairpin[PAIR_TYPES][4][4], mismatch_interior[PAIR_TYPES][4][4], mismatch_1n[PAIR_TYPES][4][4],
        mismatch_23[PAIR_TYPES][4][4];
    /* [pair][base before its 5' base][base after its 3' base], of a branch; a dangle has one of them */
    int32_t mismatch_multi[PAIR_TYPES][4][4], mismatch_exterior[PAIR_TYPES][4][4];
    int32_t dangle5[PAIR_TYPES][4], dangle3[PAIR_TYPES][4];
    /* interior loops of 1 x 1, 1 x 2 and 2 x 2, by their unpaired bases */
    int32_t interior11[PAIR_TYPES][PAIR_TYPES][4][4], interior21[PAIR_TYPES][PAIR_TYPES][4][4][4],
        interior22[PAIR_TYPES][PAIR_TYPES][4][4][4][4];
    int32_t hairpin[MAX_RNA_NT], bulge[MAX_LOOP + 1], interior[MAX_LOOP + 1]; /* 0 where no such loop exists */
    int32_t multi_closing, multi_branch;
    int32_t asymmetry, max_asymmetry; /* of an interior loop, for each base that one side has more than the other; maximum */
    int32_t helix_end;
} fold_parameters_t;

/* A hairpin with an energy of its own, for the whole loop. code: its bases, 2 bits each, the first highest. */
typedef struct {
    int32_t nt; /* 5, 6 or 8, with the closing pair */
    int32_t code, energy;
} special_hairpin_t;

typedef struct fold_tables fold_tables_t; /* of a scaffold; fold_guides only reads them */
typedef struct fold_space fold_space_t;   /* working memory of one thread */

#pragma GCC visibility push(default) /* what follows is the library's interface; all else stays inside */

size_t fold_tables_bytes(void);
size_t fold_space_bytes(void); /* aligned to 64 */

/* Fills the tables. Returns 0 if the kernel does not support the scaffold (its length, or letters other than A, C, G, U) or
 * the parameters (one beyond MAX_PARAMETER, or an asymmetry above its maximum). */
int32_t fold_prepare(fold_tables_t *tables, const fold_parameters_t *parameters, const special_hairpin_t *special,
                     uint64_t specials, const char *scaffold);

/* Folds n guides of GUIDE_NT letters each (A, C, G, U), which follow each other. A structure in dot-bracket notation has one
 * character for each base of the RNA, without an end. A guide that could not be folded gets the energy NOT_FOLDED: it has
 * other letters, its energy is below MIN_ENERGY, or no structure has the energy found. Returns the number of guides folded.
 * Folding is faster when neighbours end with the same bases. */
uint64_t fold_guides(const fold_tables_t *tables, fold_space_t *space, const char *guides, uint64_t n, int16_t *energies,
                     char *structures);

#pragma GCC visibility pop
#endif
