/* Prepares the tables of a scaffold. */
#include "fold_tables.h"

#include <string.h>

/* ---- energies that depend on a few bases, by their code ---- */

static void tabulate_closing_pair(fold_tables_t *t, int left, int right) {
    const fold_parameters_t *p = &t->parameters;
    const int i = left >> 2, i1 = left & 3, j1 = right >> 2, j = right & 3, type = pair_type(i, j);
    if (type == NO_PAIR) return;
    t->pair[OUTER_HAIRPIN][right][left] = (energy_t)p->mismatch_hairpin[type][i1][j1];
    t->pair[OUTER_INTERIOR][right][left] = (energy_t)p->mismatch_interior[type][i1][j1];
    t->pair[OUTER_1N][right][left] = (energy_t)p->mismatch_1n[type][i1][j1];
    t->pair[OUTER_23][right][left] = (energy_t)p->mismatch_23[type][i1][j1];
    t->pair[OUTER_MULTI][right][left] = (energy_t)(p->multi_closing + multi_branch(p, pair_type(j, i), j1, i1));
    t->pair[OUTER_END][right][left] = (energy_t)helix_end(p, type);
    if (pairs(i1, j1)) t->pair[STACK][right][left] = (energy_t)p->stack[type][pair_type(j1, i1)];
}

static void tabulate_inner_pair(fold_tables_t *t, int left, int right) {
    const fold_parameters_t *p = &t->parameters;
    const int before = left >> 2, i = left & 3, j = right >> 2, after = right & 3;
    if (!pairs(i, j)) return;
    const int type = pair_type(i, j), inside = pair_type(j, i);
    t->pair[INNER_INTERIOR][right][left] = (energy_t)p->mismatch_interior[inside][after][before];
    t->pair[INNER_1N][right][left] = (energy_t)p->mismatch_1n[inside][after][before];
    t->pair[INNER_23][right][left] = (energy_t)p->mismatch_23[inside][after][before];
    t->pair[INNER_END][right][left] = (energy_t)helix_end(p, inside);
    t->pair[BRANCH_MULTI][right][left] = (energy_t)multi_branch(p, type, before, after);
    t->pair[BRANCH_EXTERIOR][right][left] = (energy_t)(p->mismatch_exterior[type][before][after] + helix_end(p, type));
}

static void tabulate_ends(fold_tables_t *t) {
    const fold_parameters_t *p = &t->parameters;
    const int last = t->base[t->nt];
    for (int code = 0; code < 16; code++)
        for (int base = 0; base < 4; base++) { /* code: j, j + 1 */
            const int type = pair_type(base, code >> 2);
            if (type != NO_PAIR) t->exterior_first[code][base] = (energy_t)(p->dangle3[type][code & 3] + helix_end(p, type));
        }
    for (int code = 0; code < 16; code++) { /* i - 1, i */
        const int type = pair_type(code & 3, last);
        if (type != NO_PAIR) t->exterior_last[code] = (energy_t)(p->dangle5[type][code >> 2] + helix_end(p, type));
    }
    for (int base = 0; base < 4; base++)
        if (pairs(base, last)) t->exterior_whole[base] = (energy_t)helix_end(p, pair_type(base, last));
}

/* five: i, i + 1, ..; three: j, j - 1, .. */
static void tabulate_small_loops(fold_tables_t *t, int left, int right) {
    const fold_parameters_t *p = &t->parameters;
    const int five[] = {left >> 6, left >> 4 & 3, left >> 2 & 3, left & 3};
    const int three[] = {right & 3, right >> 2 & 3, right >> 4 & 3, right >> 6};
    const int type = pair_type(five[0], three[0]);
    if (type == NO_PAIR) return;
    int inner = pair_type(three[3], five[3]);
    if (inner != NO_PAIR)
        t->loop22[right][left] = (energy_t)p->interior22[type][inner][five[1]][five[2]][three[2]][three[1]];
    inner = pair_type(three[2], five[3]);
    if (inner != NO_PAIR && right < 64)
        t->loop21[right][left] = (energy_t)p->interior21[inner][type][three[1]][five[1]][five[2]];
    inner = pair_type(three[3], five[2]);
    if (inner != NO_PAIR && !(left & 3))
        t->loop12[right][left >> 2] = (energy_t)p->interior21[type][inner][five[1]][three[2]][three[1]];
    inner = pair_type(three[2], five[2]);
    if (inner != NO_PAIR && !(left & 3) && right < 64)
        t->loop11[right][left >> 2] = (energy_t)p->interior11[type][inner][five[1]][three[1]];
}

/* ---- hairpins of 3, 4 and 6 unpaired bases ---- */

/* energies: for each of 4^(unpaired + 2) codes. */
static void tabulate_hairpins(const fold_parameters_t *p, int unpaired, energy_t *energies) {
    const int top = 2 * (unpaired + 1);
    for (int code = 0; code < 4 << top; code++) {
        const int type = pair_type(code >> top, code & 3);
        if (type == NO_PAIR) continue;
        const int ends = unpaired == 3 ? helix_end(p, type)
                                       : p->mismatch_hairpin[type][code >> (top - 2) & 3][code >> 2 & 3];
        energies[code] = (energy_t)(p->hairpin[unpaired] + ends);
    }
}

static int set_special_hairpins(fold_tables_t *t, const special_hairpin_t *special, uint64_t specials) {
    for (uint64_t n = 0; n < specials; n++) {
        const int32_t nt = special[n].nt, code = special[n].code, energy = special[n].energy;
        if ((nt != 5 && nt != 6 && nt != 8) || code < 0 || code >= 1 << (2 * nt)) return 0;
        if (energy < -MAX_PARAMETER || energy > MAX_PARAMETER) return 0;
        (nt == 5 ? t->triloop : nt == 6 ? t->tetraloop : t->hexaloop)[code] = (energy_t)energy;
    }
    return 1;
}

/* ---- rows of the scaffold ---- */

static int closed_by(const fold_tables_t *t, const uint8_t *s, int i, int j) {
    if (!pairs(s[i], s[j])) return NEVER;
    int best = hairpin(t, s, i, j);
    if (possible(t->forked[i + 1][j - 1])) best = min(best, t->forked[i + 1][j - 1] + multi_closing(&t->parameters, s, i, j));
    for (int k = i + 1; k <= last_k(i, j); k++)
        for (int l = j - 1; l >= first_l(i, j, k); l--)
            if (pairs(s[k], s[l])) best = min(best, t->closed[k][l] + inner_loop(&t->parameters, s, i, j, k, l));
    return best;
}

static void fill_multi_row(fold_tables_t *t, const uint8_t *s, int i) {
    for (int j = i + MIN_HAIRPIN + 1; j < t->nt; j++) {
        int forked = NEVER, best = min(t->multi[i][j - 1], t->multi[i + 1][j]);
        if (possible(t->closed[i][j]))
            best = min(best, t->closed[i][j] + multi_branch(&t->parameters, pair_type(s[i], s[j]), s[i - 1], s[j + 1]));
        for (int u = i + MIN_HAIRPIN + 1; u < j - MIN_HAIRPIN - 1; u++)
            if (possible(t->multi[i][u]) && possible(t->multi[u + 1][j]))
                forked = min(forked, t->multi[i][u] + t->multi[u + 1][j]);
        t->forked[i][j] = (energy_t)forked;
        t->multi[i][j] = (energy_t)min(best, forked);
    }
}

/* Row EDGE of `multi` and `forked` serves as scratch. */
static void fill_edge_rows(fold_tables_t *t, uint8_t *s) {
    for (int last = 0; last < 4; last++) {
        s[GUIDE_NT] = (uint8_t)last;
        fill_multi_row(t, s, EDGE);
        for (int j = 0; j < STRIDE; j++) {
            t->edge_multi[j][last] = t->multi[EDGE][j];
            t->edge_forked[j][last] = t->forked[EDGE][j];
            if (possible(t->closed[EDGE][j]))
                t->edge_exterior[j][last] =
                    (energy_t)(t->closed[EDGE][j] + exterior_branch(&t->parameters, s, t->nt, EDGE, j));
        }
    }
}

static void fill_rows(fold_tables_t *t, uint8_t *s) {
    for (int i = t->nt - MIN_HAIRPIN - 1; i >= EDGE; i--) {
        for (int j = i + MIN_HAIRPIN + 1; j <= t->nt; j++) t->closed[i][j] = (energy_t)closed_by(t, s, i, j);
        if (i > EDGE) fill_multi_row(t, s, i);
    }
    fill_edge_rows(t, s);
}

/* Lists the last branches that can be part of a minimum. In a multiloop, a branch at k is needed only if it is better than one
 * at k + 1, because unpaired bases cost nothing; in the exterior loop, only if its energy is negative. */
static void list_branches(fold_tables_t *t, int j) {
    t->multi_branches[j] = t->exterior_branches[j] = 0;
    for (int k = EDGE + 1; k < j - MIN_HAIRPIN; k++) {
        if (j < t->nt && t->multi[k][j] < t->multi[k + 1][j])
            t->multi_branch[j][t->multi_branches[j]++] = (branch_t){(int16_t)(k - 1), t->multi[k][j]};
        if (!possible(t->closed[k][j])) continue;
        const int energy = t->closed[k][j] + exterior_branch(&t->parameters, t->base, t->nt, k, j);
        if (energy < 0)
            t->exterior_branch[j][t->exterior_branches[j]++] = (branch_t){(int16_t)(k - 1), (energy_t)energy};
    }
}

/* ---- loops from the guide into the scaffold ---- */

typedef struct {
    int interior, one_n, two_three, bulge;
} far_loops_t;

/* Takes the loop with the inner pair (k, l) into account. Stacks and the smallest loops are looked up instead. */
static void add_far_loop(far_loops_t *best, const fold_tables_t *t, const uint8_t *s, int i, int j, int k, int l) {
    const fold_parameters_t *p = &t->parameters;
    const int five = k - i - 1, three = j - l - 1, few = min(five, three), many = max(five, three);
    if (!pairs(s[k], s[l]) || many < 2 || (few > 0 && many == 2)) return;
    const int inner = pair_type(s[l], s[k]), before = s[k - 1], after = s[l + 1], closed = t->closed[k][l];
    const int loop = closed + p->interior[few + many] + asymmetry(p, many - few);
    if (!few) best->bulge = min(best->bulge, closed + p->bulge[many] + helix_end(p, inner));
    else if (few == 1) best->one_n = min(best->one_n, loop + p->mismatch_1n[inner][after][before]);
    else if (few == 2 && many == 3) best->two_three = min(best->two_three, loop + p->mismatch_23[inner][after][before]);
    else best->interior = min(best->interior, loop + p->mismatch_interior[inner][after][before]);
}

static void tabulate_far_loops(fold_tables_t *t, const uint8_t *s, int i, int j) {
    const int last = s[GUIDE_NT];
    far_loops_t best = {NEVER, NEVER, NEVER, NEVER};
    for (int k = EDGE; k <= last_k(i, j); k++)
        for (int l = j - 1; l >= first_l(i, j, k); l--) add_far_loop(&best, t, s, i, j, k, l);
    t->far_interior[i][j][last] = (energy_t)best.interior;
    t->far_1n[i][j][last] = (energy_t)best.one_n;
    t->far_23[i][j][last] = (energy_t)best.two_three;
    t->far_bulge[i][j][last] = (energy_t)best.bulge;
}

/* ---- all of it ---- */

static int within_limits(const fold_parameters_t *p) {
    const int32_t *energy = (const int32_t *)p; /* the structure contains nothing else */
    for (size_t n = 0; n < sizeof *p / sizeof *energy; n++)
        if (energy[n] < -MAX_PARAMETER || energy[n] > MAX_PARAMETER) return 0;
    return p->asymmetry <= p->max_asymmetry; /* 2 x 3 loops have no maximum */
}

static int read_scaffold(fold_tables_t *t, const char *scaffold) {
    const size_t nt = strlen(scaffold);
    if (nt < MIN_SCAFFOLD_NT || nt > MAX_RNA_NT - GUIDE_NT) return 0;
    memset(t->base, 0, sizeof t->base);
    for (size_t n = 0; n < nt; n++) {
        if (base_code(scaffold[n]) < 0) return 0;
        t->base[EDGE + n] = (uint8_t)base_code(scaffold[n]);
    }
    t->nt = GUIDE_NT + (int)nt;
    return 1;
}

int32_t fold_prepare(fold_tables_t *t, const fold_parameters_t *parameters, const special_hairpin_t *special,
                     uint64_t specials, const char *scaffold) {
    uint8_t s[STRIDE];
    memset(t, NEVER_BYTE, sizeof *t);
    if (!within_limits(parameters) || !read_scaffold(t, scaffold)) return 0;
    t->parameters = *parameters;
    memcpy(s, t->base, sizeof s);
    for (int right = 0; right < 256; right++)
        for (int left = 0; left < 256; left++) {
            if (left < 16 && right < 16) tabulate_closing_pair(t, left, right), tabulate_inner_pair(t, left, right);
            tabulate_small_loops(t, left, right);
        }
    tabulate_ends(t);
    tabulate_hairpins(parameters, 3, t->triloop);
    tabulate_hairpins(parameters, 4, t->tetraloop);
    tabulate_hairpins(parameters, 6, t->hexaloop);
    if (!set_special_hairpins(t, special, specials)) return 0;
    fill_rows(t, s);
    for (int j = 0; j <= t->nt; j++) list_branches(t, j);
    for (int last = 0; last < 4; last++) {
        s[GUIDE_NT] = (uint8_t)last;
        for (int i = 1; i <= GUIDE_NT; i++)
            for (int j = EDGE; j <= t->nt; j++) tabulate_far_loops(t, s, i, j);
    }
    return 1;
}

size_t fold_tables_bytes(void) { return sizeof(fold_tables_t); }
