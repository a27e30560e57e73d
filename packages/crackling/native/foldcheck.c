/* Folds guides and prints their structures and energies: an example of the interface, and a check of processors that only an
 * emulator has.
 *
 *     cc -std=c11 -O2 -Wno-psabi foldcheck.c fold.c fold_prepare.c fold_trace.c -o foldcheck
 *     ./foldcheck ENERGIES SCAFFOLD GUIDE...
 *
 * ENERGIES is a file: fold_parameters_t, then special_hairpin_t up to its end.
 */
#include "fold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SPECIAL = 1000 };

typedef struct {
    fold_parameters_t parameters;
    special_hairpin_t special[MAX_SPECIAL];
    uint64_t specials;
} energies_t;

static int read_energies(const char *path, energies_t *energies) {
    FILE *file = fopen(path, "rb");
    if (!file) return 0;
    const size_t parameters = fread(&energies->parameters, sizeof energies->parameters, 1, file);
    energies->specials = fread(energies->special, sizeof *energies->special, MAX_SPECIAL, file);
    fclose(file);
    return parameters == 1;
}

static void *aligned(size_t bytes) {
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory) abort();
    return memory;
}

/* guides: n of them, one after the other. */
static int fold_and_print(const energies_t *energies, const char *scaffold, const char *guides, uint64_t n) {
    const size_t nt = GUIDE_NT + strlen(scaffold);
    fold_tables_t *tables = aligned(fold_tables_bytes());
    fold_space_t *space = aligned(fold_space_bytes());
    int16_t *found = malloc(n * sizeof *found);
    char *structures = malloc(n * nt);
    if (!found || !structures) abort();
    if (!fold_prepare(tables, &energies->parameters, energies->special, energies->specials, scaffold)) return 0;
    const uint64_t folded = fold_guides(tables, space, guides, n, found, structures);
    for (uint64_t i = 0; i < n; i++) printf("%.*s %d\n", (int)nt, structures + i * nt, found[i]);
    free(tables), free(space), free(found), free(structures);
    return folded == n;
}

int main(int count, char **arguments) {
    static energies_t energies;
    static char guides[GUIDE_NT * 1000];
    const int n = count - 3;
    if (n < 1 || n > 1000 || !read_energies(arguments[1], &energies)) return 2;
    for (int i = 0; i < n; i++) {
        if (strlen(arguments[i + 3]) != GUIDE_NT) return 2;
        memcpy(guides + GUIDE_NT * i, arguments[i + 3], GUIDE_NT);
    }
    return fold_and_print(&energies, arguments[2], guides, (uint64_t)n) ? 0 : 1;
}
