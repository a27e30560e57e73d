/* Folds LANES guides at a time, by the usual recursions over [i, j], from the guide's last base to its first.
 *
 * Each step works on all lanes at once. Energies that depend on the bases are looked up, by the code of the bases of each lane.
 * A pair that no lane can form is skipped. */
#include "fold_tables.h"

#include <string.h>


static inline lanes_t all(int energy) { return (lanes_t){0} + (int16_t)energy; }

/* Sums saturate, so that a sum with NEVER never becomes negative by overflow. */
#if defined(__clang__)
static inline lanes_t sum(lanes_t a, lanes_t b) { return __builtin_elementwise_add_sat(a, b); }
static inline lanes_t lower(lanes_t a, lanes_t b) { return __builtin_elementwise_min(a, b); }
#else /* the same, but several times slower */
static inline lanes_t sum(lanes_t a, lanes_t b) {
    for (int n = 0; n < LANES; n++) a[n] = (int16_t)max(INT16_MIN, min(INT16_MAX, a[n] + b[n]));
    return a;
}
static inline lanes_t lower(lanes_t a, lanes_t b) {
    for (int n = 0; n < LANES; n++) a[n] = a[n] < b[n] ? a[n] : b[n];
    return a;
}
#endif

static inline lanes_t look_up(const energy_t *table, lanes_t code) {
    lanes_t energies;
    for (int n = 0; n < LANES; n++) energies[n] = table[(uint16_t)code[n]];
    return energies;
}

/* The current guides: codes of the bases that begin at a position, and the bases that occur there. */
typedef struct {
    lanes_t one[GUIDE_NT + 9], two[GUIDE_NT + 6], three[GUIDE_NT + 6], four[GUIDE_NT + 6];
    lanes_t skip[GUIDE_NT + 6]; /* of the bases k and k + 2 */
    uint8_t seen[STRIDE];       /* bit b: base b occurs */
    int last;                   /* the last base of all guides, -1 if they differ */
} batch_t;

static inline int can_pair(const batch_t *b, int i, int j) {
    static const uint8_t partners[16] = {0, 8, 4, 12, 10, 10, 14, 14, 5, 13, 5, 13, 15, 15, 15, 15};
    return partners[b->seen[i]] & b->seen[j];
}

static inline lanes_t by_last(const batch_t *b, const by_last_t energies) {
    return b->last < 0 ? look_up(energies, b->one[GUIDE_NT]) : all(energies[b->last]);
}

static inline unsigned code(const uint8_t *base, int from, int n) {
    unsigned bases = 0;
    while (n--) bases = bases << 2 | base[from++];
    return bases;
}

static void read_batch(batch_t *b, uint8_t s[LANES][STRIDE]) {
    memset(b->seen, 0, sizeof b->seen);
    for (int j = 1; j < STRIDE; j++)
        for (int n = 0; n < (j <= GUIDE_NT ? LANES : 1); n++) b->seen[j] |= (uint8_t)(1 << s[n][j]);
    for (int k = 1; k < GUIDE_NT + 9; k++)
        for (int n = 0; n < LANES; n++) b->one[k][n] = s[n][k];
    for (int k = 1; k < GUIDE_NT + 6; k++) {
        b->two[k] = b->one[k] << 2 | b->one[k + 1], b->skip[k] = b->one[k] << 2 | b->one[k + 2];
        b->three[k] = b->two[k] << 2 | b->one[k + 2], b->four[k] = b->three[k] << 2 | b->one[k + 3];
    }
    const uint8_t last = b->seen[GUIDE_NT];
    b->last = last & (last - 1) ? -1 : s[0][GUIDE_NT];
}

/* ---- a closing pair (i, j) ---- */

/* The energies that were looked up for it. */
typedef struct {
    lanes_t outer[OUTER_TABLES];
    lanes_t stack_past5, stack_past3; /* past a bulge of one base on that side */
    lanes_t loop11, loop12, loop21, loop22;
} closing_t;

/* j - 3 to j are in the scaffold: the same bases in all lanes. */
static inline void look_up_with_scaffold(closing_t *pair, const fold_tables_t *t, const fold_space_t *w, const batch_t *b,
                                         int i, int j) {
    const uint8_t *s = t->base;
    const unsigned two = code(s, j - 1, 2), three = code(s, j - 2, 3), four = code(s, j - 3, 4);
    for (int n = 0; n < OUTER_TABLES; n++) pair->outer[n] = w->pair[n][two];
    pair->stack_past3 = w->pair[STACK][(unsigned)s[j - 2] << 2 | s[j]];
    pair->stack_past5 = w->stack_past[two];
    pair->loop11 = look_up(t->loop11[three], b->three[i]);
    pair->loop12 = look_up(t->loop12[four], b->three[i]);
    pair->loop21 = look_up(t->loop21[three], b->four[i]);
    pair->loop22 = look_up(t->loop22[four], b->four[i]);
}

static inline void look_up_in_guide(closing_t *pair, const fold_tables_t *t, const batch_t *b, int i, int j) {
    for (int n = 0; n < OUTER_TABLES; n++) pair->outer[n] = look_up(t->pair[n][0], b->two[j - 1] << 4 | b->two[i]);
    pair->stack_past3 = look_up(t->pair[STACK][0], b->skip[j - 2] << 4 | b->two[i]);
    pair->stack_past5 = look_up(t->pair[STACK][0], b->two[j - 1] << 4 | b->skip[i]);
    pair->loop11 = look_up(t->loop11[0], b->three[j - 2] << 6 | b->three[i]);
    pair->loop12 = look_up(t->loop12[0], b->four[j - 3] << 6 | b->three[i]);
    pair->loop21 = look_up(t->loop21[0], b->three[j - 2] << 8 | b->four[i]);
    pair->loop22 = look_up(t->loop22[0], b->four[j - 3] << 8 | b->four[i]);
}

static inline lanes_t hairpins(const closing_t *pair, const fold_tables_t *t, const batch_t *b, int i, int j) {
    switch (j - i - 1) {
    case 3: return look_up(t->triloop, b->four[i] << 2 | b->one[j]);
    case 4: return look_up(t->tetraloop, b->four[i] << 4 | b->two[j - 1]);
    case 6: return look_up(t->hexaloop, b->four[i] << 8 | b->four[j - 3]);
    default: return sum(pair->outer[OUTER_HAIRPIN], all(t->parameters.hairpin[j - i - 1]));
    }
}

/* Stacks, bulges of one base, and interior loops of 1 x 1 to 2 x 2. */
static inline lanes_t small_loops(const closing_t *pair, const fold_tables_t *t, const fold_space_t *w, int i, int j) {
    const lanes_t past5 = sum(pair->stack_past5, w->closed[i + 2][j - 1]);
    const lanes_t past3 = sum(pair->stack_past3, w->closed[i + 1][j - 2]);
    lanes_t best = sum(pair->outer[STACK], w->closed[i + 1][j - 1]);
    best = lower(best, sum(all(t->parameters.bulge[1]), lower(past5, past3)));
    best = lower(best, sum(pair->loop11, w->closed[i + 2][j - 2]));
    best = lower(best, sum(pair->loop12, w->closed[i + 2][j - 3]));
    best = lower(best, sum(pair->loop21, w->closed[i + 3][j - 2]));
    return lower(best, sum(pair->loop22, w->closed[i + 3][j - 3]));
}

/* Bulges of at least two bases. */
static inline lanes_t bulges(const fold_tables_t *t, const fold_space_t *w, const batch_t *b, int i, int j) {
    lanes_t best = by_last(b, t->far_bulge[i][j]);
    if (i + 1 <= GUIDE_NT)
        for (int n = 2, max_n = min(MAX_LOOP, j - i - MIN_HAIRPIN - 3); n <= max_n; n++)
            best = lower(best, sum(w->inner_end[i + 1][j - 1 - n], w->bulge[n]));
    for (int k = i + 3; k <= GUIDE_NT; k++) best = lower(best, sum(w->inner_end[k][j - 1], w->bulge[k - i - 1]));
    return best;
}

/* Interior loops of 1 x n and n x 1 with n >= 3. */
static inline lanes_t loops_1n(const fold_tables_t *t, const fold_space_t *w, const batch_t *b, int i, int j) {
    lanes_t best = by_last(b, t->far_1n[i][j]);
    if (i + 2 <= GUIDE_NT)
        for (int n = 3, max_n = min(MAX_LOOP - 1, j - i - MIN_HAIRPIN - 4); n <= max_n; n++)
            best = lower(best, sum(w->inner_1n[i + 2][j - 1 - n], w->loop_1n[n]));
    for (int k = i + 4; k <= GUIDE_NT; k++) best = lower(best, sum(w->inner_1n[k][j - 2], w->loop_1n[k - i - 1]));
    return best;
}

static inline lanes_t loops_23(const fold_tables_t *t, const fold_space_t *w, const batch_t *b, int i, int j) {
    const lanes_t loop = all(t->parameters.interior[5] + t->parameters.asymmetry);
    lanes_t best = by_last(b, t->far_23[i][j]);
    if (i + 3 <= GUIDE_NT) best = lower(best, sum(loop, w->inner_23[i + 3][j - 4]));
    if (i + 4 <= GUIDE_NT) best = lower(best, sum(loop, w->inner_23[i + 4][j - 3]));
    return best;
}

/* Other interior loops, of at least 2 bases on each side, whose inner pair is in the guide. From (i + 1, j - 1) to (i, j) such
 * a loop grows by one base on each side: only its size changes, not its asymmetry. `grown` therefore keeps, for each inner span
 * l - k, the minimum without the energy that depends on the size. The only new loops are those with 2 bases on one side. Loops
 * of 2 x 2 and 2 x 3 have other energies; they are in `grown` because larger loops grow from them. */
static inline lanes_t grow(fold_space_t *w, int i, int j) {
    const int span = j - i - 2, largest = min(MAX_LOOP, span - MIN_HAIRPIN - 1);
    const int either_side = min(largest, EDGE - i); /* with 2 on the 3' side, larger ones would reach the scaffold */
    const int is_first = i + 3 == GUIDE_NT; /* there are no smaller loops yet */
    const lanes_t *inner = w->inner_interior[i + 3] + i + 3 + span; /* with 2 bases on the 5' side */
    lanes_t *grown = w->grown[i + j] + span, best = all(NEVER);
    for (int size = 4; size <= largest; size++) {
        lanes_t begins = inner[-size];
        if (size <= either_side) begins = lower(begins, w->inner_interior[i + size - 1][j - 3]);
        const lanes_t loop = sum(begins, w->asymmetry[size - 4]);
        grown[-size] = size < 6 || is_first ? loop : lower(loop, grown[-size]);
        if (size >= 6) best = lower(best, sum(grown[-size], w->interior[size]));
    }
    return best;
}

static lanes_t close_pair(const fold_tables_t *t, const fold_space_t *w, const batch_t *b, int i, int j, lanes_t grown) {
    closing_t pair;
    if (j >= EDGE + 3) look_up_with_scaffold(&pair, t, w, b, i, j);
    else look_up_in_guide(&pair, t, b, i, j);
    lanes_t best = hairpins(&pair, t, b, i, j);
    best = lower(best, small_loops(&pair, t, w, i, j));
    best = lower(best, sum(pair.outer[OUTER_MULTI], w->forked[i + 1][j - 1]));
    best = lower(best, sum(pair.outer[OUTER_END], bulges(t, w, b, i, j)));
    best = lower(best, sum(pair.outer[OUTER_1N], loops_1n(t, w, b, i, j)));
    best = lower(best, sum(pair.outer[OUTER_23], loops_23(t, w, b, i, j)));
    best = lower(best, sum(pair.outer[OUTER_INTERIOR], lower(grown, by_last(b, t->far_interior[i][j]))));
    return lower(best, all(NEVER));
}

static void fill_closed_row(const fold_tables_t *t, fold_space_t *w, const batch_t *b, int i) {
    for (int right = 0; right < 16; right++) {
        for (int n = 0; n < OUTER_TABLES; n++) w->pair[n][right] = look_up(t->pair[n][right], b->two[i]);
        w->stack_past[right] = look_up(t->pair[STACK][right], b->skip[i]);
    }
    for (int j = i + MIN_HAIRPIN + 1; j <= t->nt; j++) {
        const lanes_t grown = i + 3 <= GUIDE_NT ? grow(w, i, j) : all(NEVER);
        w->closed[i][j] = can_pair(b, i, j) ? close_pair(t, w, b, i, j, grown) : all(NEVER);
    }
}

/* ---- parts of loops that enclose (i, j) ---- */

static inline lanes_t fork(const fold_tables_t *t, const fold_space_t *w, int i, int j) {
    lanes_t best = all(NEVER);
    for (int u = i + MIN_HAIRPIN + 1; u <= min(GUIDE_NT, j - MIN_HAIRPIN - 2); u++)
        best = lower(best, sum(w->multi[i][u], w->multi[u + 1][j]));
    for (int n = 0; n < t->multi_branches[j]; n++) {
        const branch_t branch = t->multi_branch[j][n];
        best = lower(best, sum(w->multi[i][branch.before], all(branch.energy)));
    }
    return best;
}

static inline void enclose_pair(const fold_tables_t *t, fold_space_t *w, const batch_t *b, int i, int j) {
    const lanes_t closed = w->closed[i][j];
    lanes_t with[PAIR_TABLES];
    for (int n = INNER_INTERIOR; n <= BRANCH_MULTI; n++)
        with[n] = !can_pair(b, i, j) ? all(NEVER)
                  : j > GUIDE_NT     ? sum(closed, w->pair[n][code(t->base, j, 2)])
                                     : sum(closed, look_up(t->pair[n][0], b->two[j] << 4 | b->two[i - 1]));
    w->inner_interior[i][j] = with[INNER_INTERIOR];
    w->inner_1n[i][j] = with[INNER_1N];
    w->inner_23[i][j] = with[INNER_23];
    w->inner_end[i][j] = with[INNER_END];
    w->forked[i][j] = fork(t, w, i, j);
    const lanes_t unpaired = lower(w->multi[i][j - 1], w->multi[i + 1][j]);
    w->multi[i][j] = lower(all(NEVER), lower(unpaired, lower(w->forked[i][j], with[BRANCH_MULTI])));
}

static void fill_enclosed_row(const fold_tables_t *t, fold_space_t *w, const batch_t *b, int i) {
    for (int right = 0; right < 16; right++) {
        for (int n = INNER_INTERIOR; n <= BRANCH_MULTI; n++)
            w->pair[n][right] = look_up(t->pair[n][right], b->two[i - 1]);
        w->branch_exterior[i][right] = look_up(t->pair[BRANCH_EXTERIOR][right], b->two[i - 1]);
    }
    for (int j = i + MIN_HAIRPIN + 1; j < t->nt; j++) enclose_pair(t, w, b, i, j);
}

/* ---- the exterior loop ---- */

static inline lanes_t exterior_branches(const fold_tables_t *t, const fold_space_t *w, const batch_t *b, int i, int j) {
    if (i == 1) {
        if (j == t->nt) return look_up(t->exterior_whole, b->one[1]);
        if (j > GUIDE_NT) return look_up(t->exterior_first[code(t->base, j, 2)], b->one[1]);
        return look_up(t->exterior_first[0], b->two[j] << 2 | b->one[1]);
    }
    if (j == t->nt) return look_up(t->exterior_last, b->two[i - 1]);
    if (j > GUIDE_NT) return w->branch_exterior[i][code(t->base, j, 2)];
    return look_up(t->pair[BRANCH_EXTERIOR][0], b->two[j] << 4 | b->two[i - 1]);
}

static void fill_exterior(const fold_tables_t *t, fold_space_t *w, const batch_t *b) {
    lanes_t best = all(0);
    for (int j = 0; j <= t->nt; j++) {
        for (int i = min(GUIDE_NT, j - MIN_HAIRPIN - 1); i >= 1; i--)
            if (can_pair(b, i, j))
                best = lower(best, sum(sum(w->exterior[i - 1], w->closed[i][j]), exterior_branches(t, w, b, i, j)));
        if (j > GUIDE_NT) best = lower(best, sum(w->exterior[GUIDE_NT], by_last(b, t->edge_exterior[j])));
        for (int n = 0; n < t->exterior_branches[j]; n++) {
            const branch_t branch = t->exterior_branch[j][n];
            best = lower(best, sum(w->exterior[branch.before], all(branch.energy)));
        }
        w->exterior[j] = best;
    }
}

/* ---- all of it ---- */

static void fill(const fold_tables_t *t, fold_space_t *w, const batch_t *b) {
    for (int j = 0; j < STRIDE; j++) {
        w->multi[EDGE][j] = by_last(b, t->edge_multi[j]);
        w->forked[EDGE][j] = by_last(b, t->edge_forked[j]);
    }
    for (int i = GUIDE_NT; i >= 1; i--) {
        fill_closed_row(t, w, b, i);
        if (i > 1) fill_enclosed_row(t, w, b, i);
    }
    fill_exterior(t, w, b);
}

/* Sets what is the same for all guides, and NEVER everywhere else. */
static void clear_space(const fold_tables_t *t, fold_space_t *w) {
    const fold_parameters_t *p = &t->parameters;
    memset(w, NEVER_BYTE, sizeof *w);
    for (int i = EDGE; i < CLOSED_ROWS; i++)
        for (int j = 0; j < STRIDE; j++) w->closed[i][j] = all(t->closed[i][j]);
    for (int n = 0; n <= MAX_LOOP; n++) {
        w->bulge[n] = all(p->bulge[n]), w->interior[n] = all(p->interior[n]), w->asymmetry[n] = all(asymmetry(p, n));
        if (n >= 3 && n < MAX_LOOP) w->loop_1n[n] = all(p->interior[n + 1] + asymmetry(p, n - 1));
    }
}

/* Writes the bases of the RNA by position. Returns 0 if the guide has other letters. */
static int read_guide(const fold_tables_t *t, const char *guide, uint8_t s[STRIDE]) {
    int known = 1;
    memcpy(s, t->base, STRIDE);
    for (int n = 0; n < GUIDE_NT; n++) {
        const int base = base_code(guide[n]);
        s[1 + n] = (uint8_t)max(base, 0);
        known &= base >= 0;
    }
    return known;
}

uint64_t fold_guides(const fold_tables_t *t, fold_space_t *w, const char *guides, uint64_t n, int16_t *energies,
                     char *structures) {
    uint64_t folded = 0;
    clear_space(t, w);
    for (uint64_t first = 0; first < n; first += LANES) {
        uint8_t s[LANES][STRIDE];
        int known[LANES];
        batch_t batch;
        for (uint64_t lane = 0; lane < LANES; lane++) /* unused lanes repeat the last guide */
            known[lane] = read_guide(t, guides + GUIDE_NT * (first + lane < n ? first + lane : n - 1), s[lane]);
        read_batch(&batch, s);
        fill(t, w, &batch);
        for (uint64_t lane = 0; lane < LANES && first + lane < n; lane++) {
            const uint64_t at = first + lane;
            const trace_t trace = {t, w, s[lane], (int)lane, structures + at * (uint64_t)t->nt};
            const energy_t energy = w->exterior[t->nt][lane];
            const int is_folded = known[lane] && energy >= MIN_ENERGY && trace_structure(&trace);
            energies[at] = is_folded ? energy : NOT_FOLDED;
            folded += (uint64_t)is_folded;
        }
    }
    return folded;
}

size_t fold_space_bytes(void) { return sizeof(fold_space_t); }
